import { act, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { setAhead } from '../src/now';
import { open, WEATHER } from './dashboard';

const HERE = '/dashboard/pk_test_w';
const ADA = {
  id: 'user_2',
  email: 'ada@example.com',
  plan: 'free',
  usageCount: 4,
  limit: 5,
  status: 'none',
  createdAt: 0,
};
const USED = {
  meter: 'requests',
  meters: ['requests', 'tokens'],
  days: [{ day: '2026-11-21', used: 2 }],
  used: 12,
  previous: 9,
  customers: { counted: 12, close: 2, reached: 1 },
  top: [],
};
const METRICS = {
  currency: 'usd',
  activeSubs: 2,
  trialingSubs: 0,
  cancelingSubs: 3,
  mrr: 0,
  mrrByCurrency: {},
  usageThisPeriod: 7,
};

beforeEach(() => window.localStorage.clear());
afterEach(() => setAhead(0));

test('customers are found by how near their limit they are, as the address says', async () => {
  const { user, of } = open(`${HERE}/customers?usage=close`, {
    'GET /api/dashboard': { customers: [ADA], hasMore: false },
  });
  await screen.findByText('ada@example.com');
  const pressed = () => screen.getAllByRole('button', { pressed: true }).map(({ textContent }) => textContent);
  expect(of('GET /api/dashboard')[0]?.name).toBe('GET /api/dashboard?limit=25&usage=close');
  expect(pressed()).toContain('Close to the limit');
  await user.click(screen.getByRole('button', { name: 'At the limit' }));
  await waitFor(() => expect(window.location.search).toBe('?usage=reached'));
  await waitFor(() => expect(of('GET /api/dashboard').at(-1)?.name).toContain('usage=reached'));
  await user.click(screen.getByRole('button', { name: 'Paying' }));
  await waitFor(() => expect(window.location.search).toBe('?status=active'));
  expect(pressed()).toContain('Paying');
  await user.click(screen.getByRole('button', { name: 'All' }));
  await waitFor(() => expect(window.location.search).toBe(''));
});

test('where nobody is near a limit, the way back to everybody is shown', async () => {
  open(`${HERE}/customers?usage=reached`, { 'GET /api/dashboard': { customers: [], hasMore: false } });
  await screen.findByText('Nobody matches');
});

test('a store has neither plans nor limits to look for', async () => {
  const projects = [{ ...WEATHER, type: 'store' as const }];
  open(`${HERE}/customers`, {
    'GET /projects': { projects },
    'GET /api/dashboard': { customers: [ADA], hasMore: false },
  });
  await screen.findByRole('link', { name: /ada@example.com/ });
  expect(screen.queryByRole('button', { name: 'Paying' })).toBeNull();
  expect(screen.queryByRole('button', { name: 'At the limit' })).toBeNull();
  expect(screen.queryByRole('columnheader', { name: 'Usage' })).toBeNull();
});

test('the figures of a meter lead to those behind them', async () => {
  const { user } = open(`${HERE}/usage`, { 'GET /api/dashboard/usage': [USED, { ...USED, meter: 'tokens' }] });
  const close = await screen.findByRole('link', { name: 'Close to the limit: 2 customers' });
  expect(close.getAttribute('href')).toBe(`${HERE}/usage/customers?usage=close`);
  const reached = screen.getByRole('link', { name: 'At the limit: 1 customer' });
  expect(reached.getAttribute('href')).toBe(`${HERE}/usage/customers?usage=reached`);
  await user.click(screen.getByRole('button', { name: 'tokens' }));
  await waitFor(() => expect(close.getAttribute('href')).toBe(`${HERE}/usage/customers?meter=tokens&usage=close`));
});

test('cards of subscriptions show how they changed, and how they went', async () => {
  const day = { usage: 0, newSubscriptions: 0, churned: 0, mrr: {}, revenue: {}, sales: 0 };
  const days = [
    { ...day, day: '2026-11-20', subscribers: 1, canceling: 4 },
    { ...day, day: '2026-11-21', subscribers: 2, canceling: 3 },
  ];
  open(HERE, {
    'GET /api/dashboard': { metrics: METRICS, previous: { activeSubs: 1, cancelingSubs: 5 } },
    'GET /api/dashboard/series': { days, currencies: [] },
  });
  const card = await screen.findByRole('link', { name: /^Canceling/ });
  expect(card.textContent).toBe('Canceling32less than the period before');
  await waitFor(() => expect(card.querySelector('polyline')).not.toBeNull());
  const active = screen.getByRole('link', { name: /^Active subscriptions/ });
  expect(active.textContent).toBe('Active subscriptions21more than the period before');
  expect(active.querySelector('polyline')).not.toBeNull();
});

test('times on a page are counted from business time', async () => {
  const [hour, now] = [3_600_000, Date.now()];
  const event = { id: 'evt_1', type: 'invoice.paid', status: 'done', attempts: 1, createdAt: now + hour };
  const told = { headers: { 'X-Business-Time-Ahead': '10800' } };
  open(`${HERE}/events`, {
    'GET /projects': Response.json({ projects: [WEATHER] }, told),
    'GET /api/events': Response.json({ events: [event], hasMore: false }, told),
  });
  await screen.findByText('2 hours ago');
  // Nothing but the clock has moved.
  act(() => setAhead(4 * 3600));
  await screen.findByText('3 hours ago');
});

test('the test bar says where business time is, and follows it', async () => {
  const answer = (seconds?: string) =>
    Response.json({ projects: [WEATHER] }, seconds ? { headers: { 'X-Business-Time-Ahead': seconds } } : {});
  open(`${HERE}/customers`, {
    'GET /projects': answer('2678400'),
    'GET /api/dashboard': Response.json(
      { customers: [ADA], hasMore: false },
      { headers: { 'X-Business-Time-Ahead': '2678400' } },
    ),
    'GET /tiers': Response.json({ tiers: [] }, { headers: { 'X-Business-Time-Ahead': '2678400' } }),
  });
  await screen.findByText(/^Business time is 31 days ahead: \d+ \w+ \d{4}, \d\d:\d\d UTC$/);
  act(() => setAhead(3 * 3600));
  await screen.findByText(/^Business time is 3 hours ahead/);
  act(() => setAhead(0));
  await waitFor(() => expect(screen.queryByText(/Business time/)).toBeNull());
});
