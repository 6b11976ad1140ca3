import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { get } from '../src/api';
import { businessNow, machineNow, setAhead } from '../src/now';

const NOW = Date.UTC(2026, 10, 21, 8, 16);

beforeEach(() => vi.useFakeTimers({ now: NOW }));
afterEach(() => {
  vi.useRealTimers();
  setAhead(0);
});

test('business time is the time of the machine until it is moved', () => {
  expect(businessNow()).toBe(NOW);
  setAhead(60);
  expect(businessNow()).toBe(NOW + 60_000);
  expect(machineNow()).toBe(NOW);
});

test('every answer says how far it was moved; one that says nothing takes it back', async () => {
  const told = { headers: { 'X-Business-Time-Ahead': '2678400' } };
  const answers = [
    Response.json({}, told),
    Response.json({ code: 'gone' }, { ...told, status: 404 }),
    Response.json({}),
  ];
  vi.stubGlobal(
    'fetch',
    vi.fn(async () => answers.shift()),
  );
  await get('/health');
  expect(businessNow() - machineNow()).toBe(31 * 86_400_000);
  await get('/health').catch(() => null);
  expect(businessNow() - machineNow()).toBe(31 * 86_400_000);
  await get('/health');
  expect(businessNow()).toBe(machineNow());
});

test('nonsense moves nothing', () => {
  setAhead(Number('soon'));
  expect(businessNow()).toBe(machineNow());
});
