import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';

import { leaveFor } from '../src/navigate';
import { open, PRO, trouble, WEATHER } from './dashboard';

const SECRET = 'sk_test_5ecret';
const MADE = {
  publishableKey: 'pk_test_new',
  secretKey: SECRET,
  mode: 'test',
  projectName: 'Notes',
  projectType: 'saas',
  message: 'Made.',
};

beforeEach(() => window.localStorage.clear());

test('a project is made once, however often it is sent, and its secret shown once', async () => {
  const { user, of } = open('/dashboard/projects/new', {
    'POST /generate-platform-id': { platformId: 'plt_1' },
    'POST /create-products': [trouble(503, 'overloaded'), MADE],
  });
  await user.type(await screen.findByLabelText('Name', { selector: '[name=projectName]' }), 'Notes');
  await user.click(screen.getByRole('button', { name: 'Create project' }));
  expect((await screen.findByRole('alert')).textContent).toContain('Nothing was changed');
  await user.click(screen.getByRole('button', { name: 'Create project' }));
  await screen.findByText(SECRET);
  const sent = of('POST /create-products');
  expect(sent).toHaveLength(2);
  expect(sent[0]?.headers['Idempotency-Key']).toBe(sent[1]?.headers['Idempotency-Key']);
  expect(sent[1]?.body).toMatchObject({ mode: 'test', projectName: 'Notes', projectType: 'saas' });
  const file = screen.getByRole('link', { name: 'Download as .env' });
  expect(decodeURIComponent(file.getAttribute('href') ?? '')).toContain(`DREAM_SECRET_KEY=${SECRET}\n`);
});

test('regenerating says who will break, then shows the new secret', async () => {
  const { user, of } = open('/dashboard/pk_test_w/developers', { 'POST /projects/regenerate-secret': MADE });
  await user.click(await screen.findByRole('button', { name: 'Regenerate' }));
  const dialog = await screen.findByRole('dialog', { name: 'Regenerate the secret key' });
  expect(dialog.textContent).toContain('Who uses …c41d is refused');
  expect(of('POST /projects/regenerate-secret')).toHaveLength(0);
  await user.click(within(dialog).getByRole('button', { name: 'Regenerate key' }));
  await screen.findByText(SECRET);
  expect(of('POST /projects/regenerate-secret')[0]?.body).toEqual({ publishableKey: 'pk_test_w' });
});

test('a rotated key overlaps with the old one for as long as was chosen', async () => {
  const { user, of } = open('/dashboard/pk_test_w/developers', { 'POST /projects/rotate-key': MADE });
  await user.click(await screen.findByRole('button', { name: 'Rotate' }));
  await user.selectOptions(await screen.findByLabelText('The old key ends after'), 'One week');
  await user.click(screen.getByRole('button', { name: 'Make new secret key' }));
  await screen.findByText(SECRET);
  expect(of('POST /projects/rotate-key')[0]?.body).toEqual({ publishableKey: 'pk_test_w', overlapSeconds: 604_800 });
});

test('a new price is asked about first, and only what changed is sent', async () => {
  const { user, of } = open('/dashboard/pk_test_w/plans/pro', {
    'GET /tiers': { tiers: [PRO] },
    'PUT /tiers': { success: true, tier: PRO },
  });
  const price = await screen.findByLabelText('Price');
  await user.clear(price);
  await user.type(price, '39.50');
  expect(screen.getByRole('complementary', { name: 'Preview' }).textContent).toContain('$39.50');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  const dialog = await screen.findByRole('dialog', { name: 'Change the price of Pro' });
  expect(dialog.textContent).toContain('Who is subscribed keeps the old price');
  expect(of('PUT /tiers')).toHaveLength(0);
  await user.click(within(dialog).getByRole('button', { name: 'Change price' }));
  await screen.findByText('Saved.');
  expect(of('PUT /tiers')[0]?.body).toEqual({ tierName: 'pro', updates: { price: 3950 } });
});

test('what was typed is not lost without being asked', async () => {
  const { user } = open('/dashboard/pk_test_w/plans/pro', { 'GET /tiers': { tiers: [PRO] } });
  await user.type(await screen.findByLabelText('Name'), ' plus');
  await user.click(screen.getByRole('link', { name: 'Settings' }));
  await screen.findByRole('dialog', { name: 'Leave without saving' });
  await user.click(screen.getByRole('button', { name: 'Stay here' }));
  expect(screen.getByLabelText('Name')).toHaveProperty('value', 'Pro plus');
});

test('plans change their order', async () => {
  const free = { ...PRO, id: 'tier_free', name: 'free', displayName: 'Free', price: 0, position: 0 };
  const { user, of } = open('/dashboard/pk_test_w/plans', {
    'GET /tiers': { tiers: [free, PRO] },
    'PUT /tiers': { success: true, tier: PRO },
  });
  await user.click(await screen.findByRole('button', { name: 'Move Pro up' }));
  await screen.findByText('The order is saved.');
  expect(of('PUT /tiers').map(({ body }) => body)).toEqual([
    { tierName: 'pro', updates: { position: 0 } },
    { tierName: 'free', updates: { position: 1 } },
  ]);
});

test('a project is deleted only after its name was typed', async () => {
  const { user, of } = open('/dashboard/pk_test_w/settings/delete', {
    'GET /projects': [{ projects: [WEATHER] }, { projects: [] }],
    'POST /projects/delete': { message: 'Deleted.', deletedCustomers: 3, deletedKeys: 1 },
  });
  const name = await screen.findByLabelText('Name of the project');
  await user.type(name, 'weather{Enter}');
  await screen.findByText('Type Weather to confirm.', { selector: '[role=alert], .mantine-InputWrapper-error' });
  expect(of('POST /projects/delete')).toHaveLength(0);
  await user.clear(name);
  await user.type(name, 'Weather{Enter}');
  await screen.findByText('Deleted Weather: 3 customers, 1 key.');
  expect(of('POST /projects/delete')[0]?.body).toEqual({ publishableKey: 'pk_test_w', confirm: 'Weather' });
  expect(window.location.pathname).toBe('/dashboard/projects');
});

test('customers are searched and paged by the server, and a script in a name stays text', async () => {
  const bobby = {
    id: 'user_2',
    email: '<img src=x onerror=alert(1)>',
    plan: 'free',
    usageCount: 1,
    limit: 5,
    status: 'none',
    createdAt: 0,
  };
  const { user, of } = open('/dashboard/pk_test_w/customers?plan=free', {
    'GET /api/dashboard': { customers: [bobby], nextCursor: 'c2', hasMore: true },
  });
  await screen.findByText('<img src=x onerror=alert(1)>');
  expect(document.querySelector('img[src="x"]')).toBeNull();
  expect(of('GET /api/dashboard')[0]).toMatchObject({
    name: 'GET /api/dashboard?limit=25&plan=free',
    headers: { 'X-Publishable-Key': 'pk_test_w' },
  });
  await user.click(screen.getByRole('link', { name: 'Next page' }));
  await waitFor(() => expect(of('GET /api/dashboard').at(-1)?.name).toContain('cursor=c2'));
  expect(window.location.search).toBe('?plan=free&cursor=c2');
});

test('a refund is at most what is left; what is sent has a whole address or none', async () => {
  const order = {
    id: 'ord_1',
    createdAt: 0,
    status: 'paid',
    email: 'ada@example.com',
    lines: [{ name: 'Mug', quantity: 2, amount: 3800 }],
    amountTotal: 3800,
    amountRefunded: 800,
    currency: 'usd',
  };
  const { user, of } = open('/dashboard/pk_test_w/orders/ord_1', {
    'GET /api/orders/ord_1': { order },
    'POST /api/orders/ord_1/refund': { order },
    'POST /api/orders/ord_1/fulfil': { order },
  });
  await user.click(await screen.findByRole('button', { name: 'Refund' }));
  const amount = await screen.findByLabelText('Amount in USD');
  expect(amount).toHaveProperty('value', '30');
  await user.clear(amount);
  await user.type(amount, '31{Enter}');
  await screen.findByText('Write an amount up to 30.');
  await user.clear(amount);
  await user.type(amount, '12.5{Enter}');
  await screen.findByText('Gave back $12.50.');
  await user.click(screen.getByRole('button', { name: 'Mark as fulfilled' }));
  const dialog = await screen.findByRole('dialog', { name: 'Mark as fulfilled' });
  await user.type(within(dialog).getByLabelText('Tracking link (optional)'), 'javascript:alert(1){Enter}');
  await within(dialog).findByText(/Write the whole address/);
  await user.clear(within(dialog).getByLabelText('Tracking link (optional)'));
  await user.type(within(dialog).getByLabelText('Tracking link (optional)'), 'https://post.example/1{Enter}');
  await screen.findByText('Marked as fulfilled.');
  expect(of('POST /api/orders/ord_1/fulfil')[0]?.body).toEqual({ trackingUrl: 'https://post.example/1' });
  expect(of('POST /api/orders/ord_1/refund')[0]?.body).toEqual({ amount: 1250, restock: false });
});

test('items go back into stock with everything that is left alone, and a refusal of that is shown', async () => {
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
  const field = { location: 'restock', message: 'needs to know what comes back', fix: 'Send lines' };
  const problem = { status: 422, code: 'invalid', message: 'restock needs to know.', error: 'invalid' };
  const refused = Response.json({ ...problem, errors: [field] }, { status: 422 });
  const { user, of } = open('/dashboard/pk_test_w/orders/ord_1', {
    'GET /api/orders/ord_1': { order },
    'POST /api/orders/ord_1/refund': [refused, { order }],
  });
  await user.click(await screen.findByRole('button', { name: 'Refund' }));
  const amount = await screen.findByLabelText('Amount in USD');
  const restock = screen.getByRole('checkbox', { name: 'Put the items back into stock' });
  await user.click(restock);
  await user.clear(amount);
  await user.type(amount, '10');
  expect(restock).toMatchObject({ disabled: true, checked: false });
  screen.getByText(/^Only with everything that is left/);
  await user.clear(amount);
  await user.type(amount, '38');
  expect(restock).toMatchObject({ disabled: false, checked: true });
  await user.type(amount, '{Enter}');
  await screen.findByText(/^Needs to know what comes back/);
  expect(restock.getAttribute('aria-invalid')).toBe('true');
  await user.clear(amount);
  await user.type(amount, '10{Enter}');
  await screen.findByText('Gave back $10.00.');
  const sent = of('POST /api/orders/ord_1/refund').map(({ body }) => body);
  expect(sent).toEqual([
    { amount: 3800, restock: true },
    { amount: 1000, restock: false },
  ]);
});

test('an event is replayed', async () => {
  const event = {
    id: 'evt_1',
    type: 'invoice.paid',
    createdAt: 0,
    receivedAt: 0,
    status: 'failed',
    attempts: 3,
    payload: { a: 1 },
  };
  const { user, of } = open('/dashboard/pk_test_w/events/evt_1', {
    'GET /api/events/evt_1': { event },
    'POST /api/events/evt_1/replay': { event },
  });
  await user.click(await screen.findByRole('button', { name: 'Replay' }));
  await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Replay' }));
  await screen.findByText('It is worked again.');
  expect(of('POST /api/events/evt_1/replay')).toHaveLength(1);
});

test('going live without a live connection leads to it', async () => {
  const { user } = open('/dashboard/pk_test_w/go-live', {
    'GET /tiers': { tiers: [PRO] },
    'POST /promote-to-live': trouble(428, 'live_connection_required'),
  });
  await screen.findByText(/One plan is copied to live mode: Pro \(\$29 a month\)/);
  await user.click(screen.getByRole('button', { name: 'Go live' }));
  const link = await screen.findByRole('link', { name: 'Connect Stripe for live mode' });
  expect(link.getAttribute('href')).toBe('/authorize?mode=live&returnTo=%2Fdashboard%2Fpk_test_w%2Fgo-live');
});

test('the first steps tick themselves off', async () => {
  const fresh = { ...WEATHER, keys: [{ ...WEATHER.keys[0], lastUsedAt: null }] };
  open('/dashboard/pk_test_w/start', {
    'GET /projects': [{ projects: [fresh] }, { projects: [WEATHER] }],
    'GET /payment-account': { connected: true, mode: 'test', sandbox: true },
    'GET /api/customers': { customers: [], hasMore: false },
  });
  await screen.findByText('2 of 6 done');
  await screen.findByText('4 of 6 done', {}, { timeout: 8000 });
}, 12_000);

test('the plan of the developer is bought on the page of the payment provider', async () => {
  const { user } = open('/dashboard/billing', {
    'GET /subscription': {
      status: 'none',
      plan: 'free',
      liveEndUserCount: 0,
      includedUsers: 2000,
      estimatedOverage: 0,
      price: 2900,
      currency: 'usd',
      interval: 'month',
    },
    'POST /create-checkout': { checkoutUrl: 'http://pay.example/c' },
  });
  await user.click(await screen.findByRole('button', { name: 'Upgrade' }));
  await waitFor(() => expect(leaveFor).toHaveBeenCalledWith('http://pay.example/c'));
});
