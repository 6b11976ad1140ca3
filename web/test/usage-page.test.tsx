import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';

import { daysBefore, monthWords } from '../src/features/usage/month-words';
import { shareWords } from '../src/features/usage/UsageTable';
import { open, trouble } from './dashboard';

const USED = {
  meter: 'requests',
  meters: ['requests', 'tokens'],
  days: [
    { day: '2026-11-20', used: 40 },
    { day: '2026-11-21', used: 2 },
  ],
  used: 1200,
  previous: 900,
  customers: { counted: 12, close: 2, reached: 1 },
  top: [
    {
      userId: 'user_1',
      customerId: 'user_1',
      email: '<b>ada@example.com',
      plan: 'pro',
      used: 90,
      limit: -1,
      share: 7500,
    },
    { userId: 'device-7', plan: 'free', used: 5, limit: 5, share: 4 },
  ],
};
const HERE = '/dashboard/pk_test_w/usage';

beforeEach(() => window.localStorage.clear());

test('figures, days and the first customers are those of the server', async () => {
  open(HERE, { 'GET /api/dashboard/usage': USED });
  const figure = (await screen.findByText('Used in November')).parentElement;
  expect(figure?.textContent).toBe('Used in November1,200300 more than 1 to 21 Oct');
  expect(screen.getByText('Close to the limit').parentElement?.textContent).toContain('2');
  expect(screen.getByText('At the limit').parentElement?.textContent).toContain('1');
  const chart = screen.getByRole('slider', { name: 'Use of requests by day' });
  expect(chart.getAttribute('aria-valuetext')).toBe('21 Nov: requests 2');
  screen.getByText('The first 2 of 12 customers, each in the running period.');
  const rows = within(screen.getByRole('region', { name: 'Table: Who uses most' }))
    .getAllByRole('row')
    .slice(1);
  expect(rows[0]?.textContent).toContain('<b>ada@example.com');
  expect(rows[0]?.textContent).toContain('75.0 %');
  const link = within(rows[0] as HTMLElement).getByRole('link');
  expect(link.getAttribute('href')).toBe('/dashboard/pk_test_w/customers/user_1');
  // Only the developer's server knows this one.
  expect(within(rows[1] as HTMLElement).queryByRole('link')).toBeNull();
});

test('span and meter stand in the address and are asked of the server', async () => {
  const { user, of } = open(`${HERE}?days=90`, { 'GET /api/dashboard/usage': USED });
  await user.click(await screen.findByRole('button', { name: 'tokens' }));
  await waitFor(() => expect(of('GET /api/dashboard/usage').at(-1)?.name).toContain('days=90&meter=tokens'));
  await user.click(screen.getByRole('button', { name: '365 days' }));
  await waitFor(() => expect(of('GET /api/dashboard/usage').at(-1)?.name).toContain('days=365&meter=tokens'));
  expect(window.location.search).toBe('?days=365&meter=tokens');
});

test('where nothing was counted it shows the call that counts', async () => {
  const days = USED.days.map(({ day }) => ({ day, used: 0 }));
  const customers = { counted: 0, close: 0, reached: 0 };
  open(HERE, { 'GET /api/dashboard/usage': { ...USED, used: 0, previous: 0, days, customers, top: [] } });
  await screen.findByText('Nothing counted yet');
  screen.getByText(/curl -X POST http:\/\/server\/api\/data/);
});

test('a meter that is gone leads back to requests', async () => {
  const { user } = open(`${HERE}?meter=sheep`, { 'GET /api/dashboard/usage': [trouble(422, 'unknown_meter'), USED] });
  await screen.findByText('Nothing is counted as sheep');
  await user.click(screen.getByRole('button', { name: 'Show requests' }));
  await screen.findByText('Used in November');
  expect(window.location.search).toBe('');
});

test('what cannot be read can be tried again', async () => {
  const { user } = open(HERE, { 'GET /api/dashboard/usage': [trouble(403, 'forbidden'), USED] });
  await user.click(within(await screen.findByRole('alert')).getByRole('button', { name: 'Try again' }));
  await screen.findByText('Used in November');
});

test.each([
  ['2026-11-21', 'November', '1 to 21 Oct'],
  ['2026-03-31', 'March', '1 to 28 Feb'],
  ['2027-01-01', 'January', '1 Dec'],
])('%s is in %s, after %s', (day, month, before) => {
  expect([monthWords(day), daysBefore(day)]).toEqual([month, before]);
});

test.each([
  [10_000, '100.0 %'],
  [1234, '12.3 %'],
  [3, '0.03 %'],
])('a share of %i is %s', (share, words) => {
  expect(shareWords(share)).toBe(words);
});

test('everybody who uses a meter is listed a page at a time, those near the limit by themselves', async () => {
  const listed = { meter: 'tokens', meters: USED.meters, customers: USED.top, nextCursor: 'c2', hasMore: true };
  const { user, of } = open(`${HERE}/customers?meter=tokens&usage=close`, {
    'GET /api/dashboard/usage/customers': listed,
  });
  const table = await screen.findByRole('region', { name: 'Table: Who uses most' });
  expect(within(table).getAllByRole('row')).toHaveLength(3);
  const calls = () => of('GET /api/dashboard/usage/customers');
  expect(calls()[0]?.name).toContain('limit=25&meter=tokens&usage=close');
  await user.click(screen.getByRole('link', { name: /Next page/ }));
  await waitFor(() => expect(calls().at(-1)?.name).toContain('cursor=c2'));
  // Another list begins at its beginning.
  await user.click(screen.getByRole('button', { name: 'At the limit' }));
  await waitFor(() => expect(window.location.search).toBe('?meter=tokens&usage=reached'));
});

test('a list of nobody leads back to everybody', async () => {
  const none = { meter: 'requests', meters: ['requests'], customers: [], hasMore: false };
  const { user } = open(`${HERE}/customers?usage=reached`, { 'GET /api/dashboard/usage/customers': none });
  await screen.findByText('Nobody is that near the limit');
  await user.click(screen.getByRole('button', { name: 'Show everybody' }));
  await screen.findByText('Nobody has used requests in a period that runs');
});
