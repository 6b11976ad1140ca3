import { act, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';

import { RefreshPage } from '../src/features/refresh/RefreshPage';
import { leaveFor } from '../src/navigate';
import { ADA, contextWith, show } from './page';

afterEach(() => void vi.useRealTimers());

const SEARCH = '?pk=pk_test_1&redirect=http%3A%2F%2Flocalhost%3A3000%2F&plan=pro';
const context = contextWith({ user: ADA });
const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

test('waits until the plan is in force, then returns', async () => {
  vi.useFakeTimers();
  const { sent } = show(RefreshPage, {
    context,
    search: SEARCH,
    calls: {
      session: [{ user: ADA }, new TypeError('lost'), { user: { ...ADA, plan: 'pro' } }],
      continue: { url: '/x' },
    },
  });
  await pass(500);
  expect(screen.getByRole('status').textContent).toContain('takes a few seconds');
  await pass(1000);
  expect(screen.getByRole('status').textContent).toContain('cannot be reached');
  await pass(1000);
  await pass(0);
  expect(sent.map(({ path }) => path)).toEqual(['session', 'session', 'session', 'continue']);
  expect(leaveFor).toHaveBeenCalledWith('/x');
});

test('after a minute explains, and can be asked again or left', async () => {
  vi.useFakeTimers();
  show(RefreshPage, { context, search: SEARCH, calls: { session: { user: ADA }, continue: { url: '/x' } } });
  await pass(61_500);
  expect(screen.getByRole('status').textContent).toContain('not lost');
  act(() => screen.getByRole('button', { name: 'Try again' }).click());
  await pass(10);
  expect(screen.getByRole('status').textContent).toContain('few seconds');
  await pass(61_500);
  act(() => screen.getByRole('button', { name: 'Go on anyway' }).click());
  await pass(10);
  expect(leaveFor).toHaveBeenCalledWith('/x');
});

test('without a plan returns at once', async () => {
  const { sent } = show(RefreshPage, { context, calls: { continue: { url: '/x' } } });
  await waitFor(() => expect(leaveFor).toHaveBeenCalledWith('/x'));
  expect(sent.map(({ path }) => path)).toEqual(['continue']);
});

test('asks to sign in who is signed out', () => {
  show(RefreshPage, { search: SEARCH });
  expect(screen.queryByLabelText('Password')).not.toBeNull();
});
