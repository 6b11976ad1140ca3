import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, test } from 'vitest';

import { open, trouble, WEATHER } from './dashboard';

const SAMPLE = { ...WEATHER, sampleUntil: 1 };
const LIVE = { ...WEATHER, publishableKey: 'pk_live_w', mode: 'live' as const };
const GONE = { success: true, customers: 26, subscriptions: 1, orders: 0, events: 1204 };
const OVERVIEW = {
  'GET /api/dashboard': {
    metrics: { currency: 'usd', mrrByCurrency: {}, mrr: 0, activeSubs: 0, cancelingSubs: 0, usageThisPeriod: 1 },
  },
  'GET /api/dashboard/series': { days: [], currencies: [] },
};

beforeEach(() => window.localStorage.clear());

describe('sample data', () => {
  test('is named, counted before it goes, and removed', async () => {
    const { user, of } = open('/dashboard/pk_test_w', {
      ...OVERVIEW,
      'GET /projects': { projects: [SAMPLE] },
      'POST /projects/reset': GONE,
    });
    await screen.findByText('This is sample data.');
    await user.click(screen.getByRole('button', { name: 'Remove sample data' }));
    const dialog = await screen.findByRole('dialog', { name: 'Remove sample data' });
    await within(dialog).findByText('26 customers');
    expect(within(dialog).getByText('1 subscription')).not.toBeNull();
    expect(within(dialog).getByText('1,204 events')).not.toBeNull();
    expect(dialog.textContent).not.toContain('order');
    expect(of('POST /projects/reset').map(({ body }) => body)).toEqual([
      { publishableKey: 'pk_test_w', only: 'sample', dryRun: true },
    ]);
    await user.click(within(dialog).getByRole('button', { name: 'Remove sample data' }));
    await screen.findByText('Removed the sample data: 26 customers, 1 subscription, 1,204 events.');
    expect(of('POST /projects/reset')[1]?.body).toEqual({ publishableKey: 'pk_test_w', only: 'sample' });
    expect(window.location.search).toBe('');
  });

  test('that is not there is not spoken of', async () => {
    open('/dashboard/pk_test_w', OVERVIEW);
    await screen.findByRole('link', { name: /^MRR/ });
    expect(screen.queryByText(/sample/i)).toBeNull();
  });
});

describe('test data', () => {
  test('is reset after the name was typed, and what went is told', async () => {
    const { user, of } = open('/dashboard/pk_test_w/settings/reset', { 'POST /projects/reset': GONE });
    await screen.findByText('26 customers');
    const name = screen.getByLabelText('Name of the project');
    await user.type(name, 'weather{Enter}');
    await screen.findByText('Type Weather to confirm.', { selector: '[role=alert], .mantine-InputWrapper-error' });
    expect(of('POST /projects/reset')).toHaveLength(1);
    await user.clear(name);
    await user.type(name, 'Weather{Enter}');
    await screen.findByText('Deleted from Weather: 26 customers, 1 subscription, 1,204 events.');
    const done = of('POST /projects/reset').filter(({ body }) => body['dryRun'] !== true);
    expect(done.map(({ body }) => body)).toEqual([{ publishableKey: 'pk_test_w', confirm: 'Weather' }]);
  });

  test('with subscriptions out of reach goes on only when they are left', async () => {
    const { user, of } = open('/dashboard/pk_test_w/settings/reset', {
      'POST /projects/reset': [GONE, trouble(409, 'stripe_not_connected'), GONE],
    });
    await screen.findByText('26 customers');
    await user.type(screen.getByLabelText('Name of the project'), 'Weather{Enter}');
    await user.click(await screen.findByLabelText('Leave them running'));
    await user.click(screen.getByRole('button', { name: 'Reset test data' }));
    await screen.findByText('Test data is reset');
    const done = of('POST /projects/reset').filter(({ body }) => body['dryRun'] !== true);
    expect(done.map(({ body }) => body['leaveSubscriptions'])).toEqual([undefined, true]);
  });

  test('is not what live mode has', async () => {
    open('/dashboard/pk_live_w/settings/reset', { 'GET /projects': { projects: [WEATHER, LIVE] } });
    await screen.findByText('Live mode cannot be reset.');
    const link = screen.getByRole('link', { name: 'Reset the test data instead' });
    expect(link.getAttribute('href')).toBe('/dashboard/pk_test_w/settings/reset');
  });
});

test('search finds orders and events by what the server finds, with amount and date on the right', async () => {
  const order = { id: 'ord_1', email: 'grace@example.com', amountTotal: 3800, currency: 'usd', lines: [] };
  const { user, of } = open('/dashboard/pk_test_w', {
    ...OVERVIEW,
    'GET /projects': { projects: [{ ...SAMPLE, type: 'store' }, LIVE] },
    'GET /api/customers': { customers: [], hasMore: false },
    'GET /api/orders': { orders: [{ ...order, createdAt: Date.UTC(2026, 0, 2) }], hasMore: false },
    'GET /api/events': { events: [{ id: 'evt_1', type: 'invoice.paid', createdAt: Date.now() }], hasMore: false },
    'POST /projects/reset': GONE,
  });
  await screen.findByText('This is sample data.');
  await user.keyboard('{Control>}k{/Control}');
  const field = await screen.findByRole('combobox', { name: 'Search' });
  expect(screen.getByRole('option', { name: 'Switch to live' })).not.toBeNull();
  await user.type(field, 'gr');
  const orders = await screen.findByRole('group', { name: 'Orders' });
  expect(within(orders).getByRole('option').textContent).toBe('grace@example.com$38.00, 2 Jan 2026, 00:00 UTC');
  const events = screen.getByRole('group', { name: 'Events' });
  expect(within(events).getByRole('option').textContent).toBe('invoice.paidjust now');
  expect(of('GET /api/orders').at(-1)?.name).toContain('search=gr');
  await user.clear(field);
  await user.type(field, 'remove sam{Enter}');
  await screen.findByRole('dialog', { name: 'Remove sample data' });
  await waitFor(() => expect(window.location.search).toBe('?sample=remove'));
});
