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

test('a cart needs no user', async () => {
  const { api, seen } = clientOf([{ status: 200, body: { url: 'http://pay.test' } }]);
  await api.products.cartCheckout({ items: [] });
  expect(seen[0]?.headers.get('x-clerk-token')).toBeNull();
});

test('catalogue, dashboard and me', async () => {
  const { api, seen } = clientOf([{ status: 200 }], { ...SECRET, publishableKey: PK });
  await api.products.listTiers();
  await api.products.list();
  await api.dashboard.get();
  await api.dashboard.getTotals();
  await api.me.get({ userId: 'ada' });
  expect(lines(seen).map(([line]) => line)).toEqual([
    'GET /api/tiers',
    'GET /api/products',
    'GET /api/dashboard',
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
