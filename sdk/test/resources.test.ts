import { afterEach, expect, test, vi } from 'vitest';
import { clientOf, FakeBrowser, PK } from './fakes';

afterEach(() => vi.unstubAllGlobals());

const SECRET = { secretKey: 'sk_test_1' };

/** Method, path with query, and body of what was sent. */
function lines(seen: ReturnType<typeof clientOf>['seen']) {
  return seen.map(({ method, url, body }) => [`${method} ${url.pathname}${url.search}`, body]);
}

test('usage', async () => {
  const usage = { usageCount: 1, limit: 5 };
  const { api, seen } = clientOf([
    { status: 200, body: { success: true, usage, userId: 'user_1' } },
    { status: 200, body: usage },
    { status: 200, body: usage },
    { status: 200, body: { usage } },
    { status: 200, body: { userId: 'user_1', periods: [] } },
  ]);
  api.setUserToken('a.b.c');
  expect(await api.usage.track()).toEqual({ success: true, usage, userId: 'user_1' });
  expect(await api.usage.track({ amount: 3, meter: 'tokens', dryRun: true })).toEqual({ success: true, usage });
  expect(await api.usage.check()).toEqual(usage);
  expect(await api.usage.check()).toEqual(usage);
  await api.usage.history();
  expect(lines(seen)).toEqual([
    ['POST /api/data', undefined],
    ['POST /api/data', { amount: 3, meter: 'tokens', dryRun: true }],
    ['GET /api/usage', undefined],
    ['GET /api/usage', undefined],
    ['GET /api/usage/history', undefined],
  ]);
});

test('customers', async () => {
  const { api, seen } = clientOf([{ status: 200 }], SECRET);
  const { customers } = api;
  await customers.create({ email: 'ada@example.com', firstName: 'Ada', metadata: { a: 1 } });
  await customers.get('../me?x');
  await customers.update('user_1', { firstName: null });
  await customers.delete('user_1');
  await customers.list({ search: 'a b', limit: 5 });
  await customers.list();
  await customers.createToken('user_1', { expiresIn: 60 });
  await customers.endSessions('user_1');
  expect(lines(seen)).toEqual([
    ['POST /api/customers', { email: 'ada@example.com', firstName: 'Ada', metadata: { a: 1 } }],
    ['GET /api/customers/..%2Fme%3Fx', undefined],
    ['PATCH /api/customers/user_1', { firstName: null }],
    ['DELETE /api/customers/user_1', undefined],
    ['GET /api/customers?search=a+b&limit=5', undefined],
    ['GET /api/customers', undefined],
    ['POST /api/customers/user_1/tokens', { expiresIn: 60 }],
    ['DELETE /api/customers/user_1/tokens', undefined],
  ]);
});

test('what a customer uses, sessions and portal', async () => {
  const { api, seen } = clientOf([{ status: 200 }], SECRET);
  const { customers } = api;
  await customers.usage('a/b', { days: 90 });
  await customers.usage('ada');
  await customers.grantUsage('ada', { amount: 5, meter: 'tokens', reason: 'Sorry' }, { idempotencyKey: 'once' });
  await customers.resetUsage('ada', { meter: 'tokens' });
  await customers.resetUsage('ada');
  await customers.portal('ada', { returnUrl: 'https://app.test/me', flow: 'cancel' });
  await customers.portal('ada');
  await customers.sessions('ada', { limit: 5, cursor: 'two' });
  await customers.endSession('a/b', 'sess/1');
  expect(lines(seen)).toEqual([
    ['GET /api/customers/a%2Fb/usage?days=90', undefined],
    ['GET /api/customers/ada/usage', undefined],
    ['POST /api/customers/ada/usage/grant', { amount: 5, meter: 'tokens', reason: 'Sorry' }],
    ['POST /api/customers/ada/usage/reset', { meter: 'tokens' }],
    ['POST /api/customers/ada/usage/reset', {}],
    ['POST /api/customers/ada/portal', { returnUrl: 'https://app.test/me', flow: 'cancel' }],
    ['POST /api/customers/ada/portal', {}],
    ['GET /api/customers/ada/sessions?limit=5&cursor=two', undefined],
    ['DELETE /api/customers/a%2Fb/sessions/sess%2F1', undefined],
  ]);
  expect(seen[2]?.headers.get('idempotency-key')).toBe('once');
});

test('all customers, page by page', async () => {
  const pages: Record<string, unknown> = {
    '': { customers: [{ id: 'a' }, { id: 'b' }], hasMore: true, nextCursor: 'two' },
    two: { customers: [{ id: 'c' }], hasMore: false, nextCursor: null },
  };
  const { api, seen } = clientOf(
    ({ url }) => ({ status: 200, body: pages[url.searchParams.get('cursor') ?? ''] }),
    SECRET,
  );
  const ids: string[] = [];
  for await (const { id } of api.customers.all({ plan: 'pro' })) ids.push(id);
  expect(ids).toEqual(['a', 'b', 'c']);
  expect(seen.map(({ url }) => url.search)).toEqual(['?plan=pro', '?plan=pro&cursor=two']);
});

test('billing and cart send whole addresses, with the word that checkout fills in', async () => {
  new FakeBrowser().open('http://app.test/shop');
  const { api, seen } = clientOf([{ status: 200, body: { url: 'http://pay.test' } }]);
  api.setUserToken('a.b.c');
  await api.billing.createCheckout({
    tier: 'pro',
    successUrl: '/done/{CHECKOUT_SESSION_ID}',
    cancelUrl: 'https://b.test/x?y#z',
  });
  await api.billing.openPortal({ returnUrl: '/me' });
  await api.billing.openPortal();
  const items = [{ priceId: 'price_1', quantity: 2 }];
  await api.products.cartCheckout({ items, customerEmail: 'a@b.test', customerName: 'Ada', cancelUrl: '/cart' });
  expect(lines(seen)).toEqual([
    [
      'POST /api/create-checkout',
      { tier: 'pro', successUrl: 'http://app.test/done/{CHECKOUT_SESSION_ID}', cancelUrl: 'https://b.test/x?y#z' },
    ],
    ['POST /api/customer-portal', { returnUrl: 'http://app.test/me' }],
    ['POST /api/customer-portal', undefined],
    ['POST /api/cart/checkout', { items, email: 'a@b.test', name: 'Ada', cancelUrl: 'http://app.test/cart' }],
  ]);
});

test('how a checkout ended, with and without a user', async () => {
  const { api, seen } = clientOf([{ status: 200, body: { status: 'complete', paid: true, plan: 'pro' } }]);
  await api.billing.getCheckout('cs_test_1/2');
  api.setUserToken('a.b.c');
  expect(await api.billing.getCheckout('cs_test_1')).toEqual({ status: 'complete', paid: true, plan: 'pro' });
  expect(lines(seen).map(([line]) => line)).toEqual(['GET /api/checkout/cs_test_1%2F2', 'GET /api/checkout/cs_test_1']);
  expect(seen.map(({ headers }) => headers.get('x-clerk-token'))).toEqual([null, 'a.b.c']);
});

test('a cart needs no user', async () => {
  const { api, seen } = clientOf([{ status: 200, body: { url: 'http://pay.test' } }]);
  await api.products.cartCheckout({ items: [] });
  expect(seen[0]?.headers.get('x-clerk-token')).toBeNull();
});

test('why a customer has a plan, and what was paid', async () => {
  const { api, seen } = clientOf([{ status: 200 }], SECRET);
  await api.customers.explain('a/b');
  await api.customers.invoices('ada', { limit: 5, cursor: 'two' });
  await api.customers.invoices('ada');
  expect(lines(seen).map(([line]) => line)).toEqual([
    'GET /api/customers/a%2Fb/explain',
    'GET /api/customers/ada/invoices?limit=5&cursor=two',
    'GET /api/customers/ada/invoices',
  ]);
});

test('orders', async () => {
  const { api, seen } = clientOf([{ status: 200 }], SECRET);
  const { orders } = api;
  await orders.list({ state: 'paid', customer: 'ada@example.com', from: 0, to: '2026-12-01T00:00:00Z', limit: 5 });
  await orders.list({ search: 'ada@', sort: '-total' });
  await orders.get('ord_1');
  await orders.fulfil('ord_1', { trackingUrl: 'https://parcels.test/1' });
  await orders.fulfil('ord_1');
  await orders.refund('ord_1', { lines: [{ line: 1, quantity: 2 }], restock: true });
  await orders.refund('ord_1', {}, { idempotencyKey: 'refund of ord_1' });
  await orders.release('../x');
  await orders.reservations({ limit: 1 });
  expect(lines(seen)).toEqual([
    ['GET /api/orders?state=paid&customer=ada%40example.com&from=0&to=2026-12-01T00%3A00%3A00Z&limit=5', undefined],
    ['GET /api/orders?search=ada%40&sort=-total', undefined],
    ['GET /api/orders/ord_1', undefined],
    ['POST /api/orders/ord_1/fulfil', { trackingUrl: 'https://parcels.test/1' }],
    ['POST /api/orders/ord_1/fulfil', {}],
    ['POST /api/orders/ord_1/refund', { lines: [{ line: 1, quantity: 2 }], restock: true }],
    ['POST /api/orders/ord_1/refund', {}],
    ['POST /api/orders/..%2Fx/release', undefined],
    ['GET /api/reservations?limit=1', undefined],
  ]);
  expect(seen[6]?.headers.get('idempotency-key')).toBe('refund of ord_1');
});

test('events', async () => {
  const { api, seen } = clientOf([{ status: 200 }], SECRET);
  await api.events.list({ type: 'invoice.paid', status: 'dead' });
  await api.events.list({ customer: 'ada', search: 'invoice.', sort: 'oldest' });
  await api.events.get('evt_1');
  await api.events.replay('evt_1');
  expect(lines(seen)).toEqual([
    ['GET /api/events?type=invoice.paid&status=dead', undefined],
    ['GET /api/events?customer=ada&search=invoice.&sort=oldest', undefined],
    ['GET /api/events/evt_1', undefined],
    ['POST /api/events/evt_1/replay', undefined],
  ]);
});

test('all orders and all events, page by page', async () => {
  const { api, seen } = clientOf(({ url }) => {
    const isLast = url.searchParams.has('cursor');
    const items = [{ id: isLast ? 'b' : 'a' }];
    return { status: 200, body: { orders: items, events: items, hasMore: !isLast, nextCursor: isLast ? null : 'two' } };
  }, SECRET);
  const ids: string[] = [];
  for await (const { id } of api.orders.all({ state: 'paid' })) ids.push(id);
  for await (const { id } of api.events.all()) ids.push(id);
  expect(ids).toEqual(['a', 'b', 'a', 'b']);
  expect(seen.map(({ url }) => url.search)).toEqual(['?state=paid', '?state=paid&cursor=two', '', '?cursor=two']);
});

test('a picture is sent as text and answered with a whole address', async () => {
  const key = 'k.png';
  const { api, seen } = clientOf([{ status: 200, body: { key, url: `/api/assets/${key}` } }], SECRET);
  const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index % 256);
  const { buffer } = bytes;
  for (const file of [bytes, buffer, new Blob([bytes]), bytes.subarray(1)]) {
    const { url } = await api.assets.upload(file, 'mug.png');
    expect(url).toBe('http://server.test/api/assets/k.png');
  }
  const data = seen.map(({ body }) => Buffer.from((body as { data: string }).data, 'base64'));
  expect(data.map((sent) => sent.equals(bytes))).toEqual([true, true, true, false]);
  expect(data[3]?.equals(bytes.subarray(1))).toBe(true);
  expect(lines(seen)[0]?.[0]).toBe('POST /api/assets');
});

test('catalogue, dashboard and me', async () => {
  const { api, seen } = clientOf([{ status: 200 }], { ...SECRET, publishableKey: PK });
  await api.products.listTiers();
  await api.products.list();
  await api.dashboard.get();
  await api.dashboard.get({ status: 'past_due', sort: 'oldest', limit: 10 });
  await api.dashboard.get({ usage: 'reached' });
  await api.dashboard.series();
  await api.dashboard.series({ days: 365 });
  await api.dashboard.usage();
  await api.dashboard.usage({ days: 90, meter: 'tokens' });
  await api.dashboard.getTotals();
  await api.me.get({ userId: 'ada' });
  expect(lines(seen).map(([line]) => line)).toEqual([
    'GET /api/tiers',
    'GET /api/products',
    'GET /api/dashboard',
    'GET /api/dashboard?status=past_due&sort=oldest&limit=10',
    'GET /api/dashboard?usage=reached',
    'GET /api/dashboard/series',
    'GET /api/dashboard/series?days=365',
    'GET /api/dashboard/usage',
    'GET /api/dashboard/usage?days=90&meter=tokens',
    'GET /api/dashboard/totals',
    'GET /api/me',
  ]);
});

test('what has no method can be called all the same', async () => {
  const { api, seen } = clientOf([{ status: 200, body: { ok: true } }]);
  expect(await api.request('GET', '/api/config', { query: { a: 1, b: undefined } })).toEqual({ ok: true });
  await api.request('POST', '/auth/session', { body: { publishableKey: PK }, idempotencyKey: null });
  expect(lines(seen)).toEqual([
    ['GET /api/config?a=1', undefined],
    ['POST /auth/session', { publishableKey: PK }],
  ]);
  await expect(api.request('GET', '/api/me', { requiresUserToken: true })).rejects.toMatchObject({
    code: 'auth_required',
  });
});
