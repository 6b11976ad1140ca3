import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, test } from 'vitest';

import { periodWords, resetWords } from '../src/features/customers/period-words';
import { open, trouble, WEATHER } from './dashboard';

const ADA = {
  id: 'user_1',
  email: 'ada@example.com',
  emailVerified: true,
  plan: 'pro',
  publishableKey: 'pk_test_w',
  createdAt: 0,
  updatedAt: 0,
};
const REQUESTS = {
  meter: 'requests',
  plan: 'pro',
  count: 12,
  limit: 600,
  remaining: 588,
  extra: 100,
  resetsAt: '2126-12-01T00:00:00Z',
};
const TOKENS = { meter: 'tokens', plan: 'pro', count: 7, limit: 'unlimited', remaining: 'unlimited' };
const USAGE = {
  customerId: 'user_1',
  plan: 'pro',
  meters: [REQUESTS, TOKENS],
  days: [
    { day: '2026-11-20', used: { requests: 5, tokens: 3 } },
    { day: '2026-11-21', used: { requests: 7, tokens: 4 } },
  ],
  history: [{ meter: 'requests', periodStart: '2026-10-01', periodEnd: '2026-10-31', count: 480, plan: 'free' }],
};
const SESSION = { id: 'sess_1', minted: false, userAgent: 'curl/8.5.0', createdAt: 0, lastUsedAt: 0, expiresAt: 1 };
const SERVER = {
  'GET /api/customers/user_1': { customer: ADA },
  'GET /api/customers/user_1/usage': USAGE,
  'GET /api/customers/user_1/sessions': { sessions: [SESSION], hasMore: false },
  'GET /api/customers/user_1/invoices': { invoices: [], hasMore: false },
  'GET /api/dashboard': { customers: [], hasMore: false },
  'GET /api/events': { events: [], hasMore: false },
};
const HERE = '/dashboard/pk_test_w/customers/user_1';

beforeEach(() => window.localStorage.clear());

describe('the usage of a customer', () => {
  test('is shown for every meter, with what is extra and when it resets, and day by day', async () => {
    const { user } = open(HERE, SERVER);
    const meters = await screen.findAllByText(/Resets in|Never resets/);
    expect(meters[0]?.textContent).toMatch(/^Resets in \d+ days, 1 Dec 2126, 00:00 UTC$/);
    expect(meters[1]?.textContent).toBe('Never resets');
    await screen.findByText('588 left');
    await screen.findByText('100 extra in this period');
    const chart = screen.getByRole('slider', { name: 'Use of requests by day' });
    expect(chart.getAttribute('aria-valuetext')).toBe('21 Nov: requests 7');
    await user.click(screen.getByRole('button', { name: 'tokens' }));
    const other = await screen.findByRole('slider', { name: 'Use of tokens by day' });
    expect(other.getAttribute('aria-valuetext')).toBe('21 Nov: tokens 4');
    expect(window.location.search).toBe('?meter=tokens');
  });

  test('is granted more of after saying what comes of it, once, however often it is sent', async () => {
    const { user, of } = open(HERE, {
      ...SERVER,
      'POST /api/customers/user_1/usage/grant': [trouble(503, 'overloaded'), { success: true, usage: REQUESTS }],
    });
    await user.click(await screen.findByRole('button', { name: 'Grant extra usage' }));
    const dialog = await screen.findByRole('dialog', { name: 'Grant ada@example.com extra usage' });
    // A meter without a limit is not offered.
    expect(within(dialog).queryByLabelText('Meter')).toBeNull();
    const amount = within(dialog).getByLabelText('Extra requests');
    await user.type(amount, '0{Enter}');
    await within(dialog).findByText('Write a whole number from 1 to 1,000,000,000.');
    await user.clear(amount);
    await user.type(amount, '1,000');
    expect(dialog.textContent).toContain('12 of 600 used become 12 of 1,600, from the next call until 1 Dec 2126');
    expect(dialog.textContent).toContain('begins with the 500 of the plan again');
    await user.type(within(dialog).getByLabelText('Reason (optional)'), 'Sorry{Enter}');
    expect((await within(dialog).findByRole('alert')).textContent).toContain('Nothing was changed');
    await user.click(within(dialog).getByRole('button', { name: 'Grant extra usage' }));
    await screen.findByText('Granted 1,000 extra requests.');
    const sent = of('POST /api/customers/user_1/usage/grant');
    expect(sent.map(({ body }) => body)).toEqual(Array(2).fill({ amount: 1000, meter: 'requests', reason: 'Sorry' }));
    expect(sent[0]?.headers['Idempotency-Key']).toBe(sent[1]?.headers['Idempotency-Key']);
  });

  test('is reset, all of it or one meter, after saying what comes of it', async () => {
    const { user, of } = open(HERE, {
      ...SERVER,
      'POST /api/customers/user_1/usage/reset': { success: true, usage: REQUESTS },
    });
    await user.click(await screen.findByRole('button', { name: 'Reset usage' }));
    const dialog = await screen.findByRole('dialog', { name: 'Reset the usage of ada@example.com' });
    expect(
      within(dialog)
        .getAllByRole('listitem')
        .map((item) => item.textContent),
    ).toEqual(['requests: 12 of 600 used become 0 of 600.', 'tokens: 7 used become 0, of unlimited.']);
    await user.click(within(dialog).getByRole('button', { name: 'requests' }));
    expect(within(dialog).getAllByRole('listitem')).toHaveLength(1);
    await user.click(within(dialog).getByRole('button', { name: 'Reset usage' }));
    await screen.findByText('The count of requests is 0.');
    expect(of('POST /api/customers/user_1/usage/reset')[0]?.body).toEqual({ meter: 'requests' });
  });

  test('that has not begun shows the call that begins it', async () => {
    const none = { ...REQUESTS, count: 0, remaining: 600 };
    open(HERE, {
      ...SERVER,
      'GET /api/customers/user_1/usage': { ...USAGE, meters: [none], days: [], history: [] },
    });
    await screen.findByText('Nothing used yet');
    expect(screen.getByText(/X-User-Id: user_1/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Reset usage' })).toBeNull();
  });
});

test('a link to the billing portal is made only when it is asked for', async () => {
  const { user, of } = open(HERE, {
    ...SERVER,
    'POST /api/customers/user_1/portal': [trouble(400, 'no_subscription'), { url: 'https://pay.example/p/1' }],
  });
  await user.click(await screen.findByRole('button', { name: 'Billing portal' }));
  const dialog = await screen.findByRole('dialog', { name: 'Billing portal of ada@example.com' });
  await user.click(within(dialog).getByRole('button', { name: 'Make link' }));
  expect((await within(dialog).findByRole('alert')).textContent).toContain('It is no_subscription.');
  await user.selectOptions(within(dialog).getByLabelText('What it opens with'), 'Change the card');
  await user.click(within(dialog).getByRole('button', { name: 'Make link' }));
  const link = await within(dialog).findByRole('link', { name: 'Open the portal' });
  expect(link.getAttribute('href')).toBe('https://pay.example/p/1');
  expect(of('POST /api/customers/user_1/portal').map(({ body }) => body)).toEqual([{}, { flow: 'payment_method' }]);
});

test('one session is signed out, the others stay', async () => {
  const { user, of } = open(HERE, { ...SERVER, 'DELETE /api/customers/user_1/sessions/sess_1': { success: true } });
  await user.click(await screen.findByRole('button', { name: 'Sign out curl' }));
  const dialog = await screen.findByRole('dialog', { name: 'Sign out curl' });
  await user.click(within(dialog).getByRole('button', { name: 'Sign out' }));
  await screen.findByText('Signed out.');
  expect(of('DELETE /api/customers/user_1/sessions/sess_1')).toHaveLength(1);
});

test('the JSON of a customer is behind a tab with an address of its own', async () => {
  const { user } = open(`${HERE}?days=90`, SERVER);
  const views = within(await screen.findByRole('navigation', { name: 'Views' }));
  expect(views.getByRole('link', { name: 'Overview' }).getAttribute('aria-current')).toBe('page');
  await user.click(views.getByRole('link', { name: 'JSON' }));
  const code = await screen.findByRole('region', { name: 'The customer as JSON' });
  expect(JSON.parse(code.textContent ?? '')).toEqual(ADA);
  expect(window.location.search).toBe('?days=90&view=json');
  expect(screen.queryByRole('heading', { name: 'Usage' })).toBeNull();
});

test('who is signed in nowhere cannot be signed out', async () => {
  open(HERE, { ...SERVER, 'GET /api/customers/user_1/sessions': { sessions: [], hasMore: false } });
  await screen.findByText('Not signed in anywhere.');
  expect(screen.queryByRole('button', { name: 'Sign out everywhere' })).toBeNull();
});

test('events are those of the customer, a page at a time', async () => {
  const event = { id: 'evt_1', type: 'invoice.paid', createdAt: 0, receivedAt: 0, status: 'done', attempts: 1 };
  const { user, of } = open(`${HERE}?days=90`, {
    ...SERVER,
    'GET /api/events': { events: [event], nextCursor: 'c2', hasMore: true },
  });
  await screen.findByText('invoice.paid');
  expect(of('GET /api/events')[0]?.name).toBe('GET /api/events?limit=5&customer=user_1');
  await user.click(screen.getByRole('link', { name: 'Next page' }));
  await waitFor(() => expect(of('GET /api/events').at(-1)?.name).toContain('cursor=c2'));
  expect(window.location.search).toBe('?days=90&events=c2');
});

test('orders are shown where the project is a store, and sample data is marked', async () => {
  const order = {
    id: 'ord_1',
    createdAt: 0,
    status: 'paid',
    email: 'ada@example.com',
    lines: [{ name: 'Mug', quantity: 2, amount: 3800 }],
    amountTotal: 3800,
    amountRefunded: 0,
    currency: 'usd',
  };
  const { of } = open(HERE, {
    ...SERVER,
    'GET /projects': { projects: [{ ...WEATHER, type: 'store' }] },
    'GET /api/customers/user_1': { customer: { ...ADA, sample: true } },
    'GET /api/orders': { orders: [order], hasMore: true },
  });
  await screen.findByText('2 × Mug');
  expect(of('GET /api/orders')[0]?.name).toBe('GET /api/orders?limit=5&customer=user_1');
  const all = screen.getByRole('link', { name: 'All orders' });
  expect(all.getAttribute('href')).toBe('/dashboard/pk_test_w/orders?customer=user_1');
  await screen.findByText('Sample');
  // What is sold there has no limits and is no plan.
  expect(screen.queryByRole('heading', { name: 'Usage' })).toBeNull();
  expect(screen.queryByRole('link', { name: 'Usage' })).toBeNull();
  expect(screen.queryByRole('button', { name: 'Change plan' })).toBeNull();
});

test('a customer that is gone is said once', async () => {
  open(HERE, { 'GET /api/customers/user_1': trouble(404, 'customer_not_found') });
  expect(await screen.findAllByRole('alert')).toHaveLength(1);
  expect(screen.queryByRole('button', { name: 'Change plan' })).toBeNull();
});

const NOW = Date.UTC(2026, 10, 21, 12);

test.each([
  ['2026-12-01T00:00:00Z', 'Resets in 9 days, 1 Dec 2026, 00:00 UTC'],
  ['2026-11-21T15:30:00Z', 'Resets in 3 hours, 21 Nov 2026, 15:30 UTC'],
  ['2027-11-01T00:00:00Z', 'Resets in 344 days, 1 Nov 2027, 00:00 UTC'],
  [undefined, 'Never resets'],
])('a period until %s: %s', (resetsAt, words) => {
  expect(resetWords(resetsAt, NOW)).toBe(words);
});

test.each([
  ['2026-10-01', '2026-10-31', '1 to 31 Oct'],
  ['2026-10-16', '2026-11-15', '16 Oct to 15 Nov'],
  ['2026-10-16', '2026-10-16', '16 Oct'],
])('the period from %s to %s: %s', (first, last, words) => {
  expect(periodWords(first, last)).toBe(words);
});
