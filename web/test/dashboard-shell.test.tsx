import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, test } from 'vitest';

import { open, trouble, WEATHER } from './dashboard';

const LIVE = { ...WEATHER, publishableKey: 'pk_live_w', mode: 'live' as const };
const METRICS = {
  currency: 'usd',
  activeSubs: 1,
  trialingSubs: 0,
  cancelingSubs: 0,
  mrr: 2900,
  mrrByCurrency: { usd: 2900, eur: 100 },
  usageThisPeriod: 7,
};
const OVERVIEW = {
  'GET /api/dashboard': { metrics: METRICS, previous: { mrr: 2000 } },
  'GET /api/dashboard/series': { days: [], currencies: [] },
};

beforeEach(() => window.localStorage.clear());

describe('the beginning', () => {
  test('who is signed out is led to sign in, and back to where he was', async () => {
    open('/dashboard/pk_test_w/customers?plan=pro', {}, { user: null });
    const link = await screen.findByRole('link', { name: 'Sign in' });
    expect(link.getAttribute('href')).toBe('/signin?redirect=%2Fdashboard%2Fpk_test_w%2Fcustomers%3Fplan%3Dpro');
  });

  test('without a project it is the page that makes one', async () => {
    open('/dashboard', { 'GET /projects': { projects: [] } });
    await screen.findByRole('heading', { name: 'Create project', level: 1 });
    expect(window.location.pathname).toBe('/dashboard/projects/new');
  });

  test('with projects it is the overview of the one that was seen last', async () => {
    window.localStorage.setItem('dream.project', 'pk_live_w');
    open('/dashboard', { 'GET /projects': { projects: [WEATHER, LIVE] }, ...OVERVIEW });
    await screen.findByRole('heading', { name: 'Overview', level: 1 });
    expect(window.location.pathname).toBe('/dashboard/pk_live_w');
  });

  test('what the payment provider reports comes along to the page of payments', async () => {
    open('/dashboard?stripe=error&mode=test', {
      'GET /payment-account': { connected: false, mode: 'test', sandbox: true },
    });
    expect((await screen.findByRole('alert')).textContent).toContain('Connecting did not work');
    const link = await screen.findByRole('link', { name: 'Connect the sandbox' });
    expect(link.getAttribute('href')).toBe(
      '/authorize?mode=test&returnTo=%2Fdashboard%2Fpk_test_w%2Fsettings%2Fpayments',
    );
  });

  test("the project of somebody else is told apart from one's own", async () => {
    open('/dashboard/pk_test_other/customers');
    await screen.findByRole('heading', { name: 'You have no such project' });
  });

  test('an address that names no page says so', async () => {
    open('/dashboard/pk_test_w/nowhere');
    await screen.findByRole('heading', { name: 'There is no page here' });
  });
});

describe('the shell', () => {
  test('says in words that test mode is not real, and switches to live', async () => {
    const { user } = open('/dashboard/pk_test_w', { 'GET /projects': { projects: [WEATHER, LIVE] }, ...OVERVIEW });
    await screen.findByText('Test mode');
    await user.click(screen.getByRole('button', { name: 'Live' }));
    await waitFor(() => expect(window.location.pathname).toBe('/dashboard/pk_live_w'));
    await waitFor(() => expect(screen.queryByText('Test mode')).toBeNull());
  });

  test('where there is no live version, Live leads to the page that makes it', async () => {
    const { user } = open('/dashboard/pk_test_w', OVERVIEW);
    await user.click(await screen.findByRole('button', { name: 'Live' }));
    await screen.findByRole('heading', { name: 'Go live', level: 1 });
  });

  test('search opens with Ctrl-K, finds customers and pages, and opens with Enter', async () => {
    const { user, of } = open('/dashboard/pk_test_w', {
      ...OVERVIEW,
      'GET /api/customers': { customers: [{ id: 'user_9', email: 'grace@example.com', plan: 'pro' }], hasMore: false },
      'GET /api/customers/user_9': {
        customer: { id: 'user_9', email: 'grace@example.com', plan: 'pro', createdAt: 0, updatedAt: 0 },
      },
    });
    await screen.findByRole('heading', { name: 'Overview' });
    await user.keyboard('{Control>}k{/Control}');
    const field = await screen.findByRole('combobox', { name: 'Search' });
    await user.type(field, 'grace');
    await screen.findByRole('option', { name: /grace@example.com/ });
    expect(of('GET /api/customers').at(-1)?.name).toContain('search=grace');
    await user.keyboard('{Enter}');
    await screen.findByRole('heading', { name: 'grace@example.com', level: 1 });
    expect(window.location.pathname).toBe('/dashboard/pk_test_w/customers/user_9');
  });
});

describe('what cannot be shown', () => {
  test('says what happened, shows the request id, and can be tried again', async () => {
    const empty = { customers: [], hasMore: false };
    const { user } = open('/dashboard/pk_test_w/customers', {
      'GET /api/dashboard': [trouble(500, 'internal'), trouble(500, 'internal'), trouble(500, 'internal'), empty],
    });
    const alert = await screen.findByRole('alert', {}, { timeout: 5000 });
    expect(alert.textContent).toContain('Something is wrong on our side');
    expect(alert.textContent).toContain('req_9');
    await user.click(within(alert).getByRole('button', { name: 'Try again' }));
    await screen.findByText('No customers yet');
  });

  test.each([
    [403, 'forbidden', 'You may not see this'],
    [404, 'not_found', 'This is not here'],
  ])('%i %s: %s', async (status, code, title) => {
    open('/dashboard/pk_test_w/events', { 'GET /api/events': trouble(status, code) });
    expect((await screen.findByRole('alert')).textContent).toContain(title);
  });

  test('401 leads to sign in', async () => {
    open('/dashboard/pk_test_w/events', { 'GET /api/events': trouble(401, 'signed_out') });
    expect((await screen.findByRole('link', { name: 'Sign in' })).getAttribute('href')).toContain(
      'redirect=%2Fdashboard%2Fpk_test_w%2Fevents',
    );
  });
});

test('figures are those of the server, with the change in words', async () => {
  open('/dashboard/pk_test_w', OVERVIEW);
  const card = await screen.findByRole('link', { name: /^MRR/ });
  expect(card.textContent).toBe('MRR$29.00and €1.00$9.00more than the period before');
  const notes = await screen.findAllByText(/chart as soon as there are two days/);
  expect(notes).toHaveLength(3);
});
