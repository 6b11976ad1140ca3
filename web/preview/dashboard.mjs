// Canned answers to the calls of the dashboard. `pk_test_new` is a project where nothing happened yet; customers whose
// search begins with "broken" answer with trouble, and the key in FORBIDDEN is somebody else's.

import {
  CUSTOMERS,
  dashboard,
  EVENTS,
  EXPLANATION,
  INVOICES,
  ORDERS,
  PLATFORMS,
  PROJECTS,
  RECEIPT,
  series,
  TOTALS,
  tiersOf,
} from './sample.mjs';

/** The answer to a call of the dashboard: status and body; nothing for any other call. */
export function dashboardAnswer({ method, path, query, pk, body }) {
  const name = `${method} ${path}`;
  const exact = CALLS[name];
  if (exact) return exact({ query, pk, body });
  const found = PATTERNS.find(([pattern]) => pattern.test(name));
  return found?.[1]({ query, pk, body, id: decodeURIComponent(found[0].exec(name)?.[1] ?? '') });
}

const isNew = (pk) => pk.includes('new');
const page = (noun, rows, more = {}) => ok({ [noun]: rows, nextCursor: null, hasMore: false, ...more });
const MADE = { publishableKey: 'pk_test_weather', secretKey: `sk_test_${'8f2c4b'.repeat(10)}9e1d`, mode: 'test' };

const CALLS = {
  'GET /projects': () => ok({ platformId: 'plt_1', projects: PROJECTS }),
  'POST /create-products': ({ body }) =>
    ok({ success: true, ...MADE, projectName: body.projectName, projectType: body.projectType, products: [] }),
  'POST /projects/regenerate-secret': () => ok({ success: true, ...MADE, message: 'The old key no longer works.' }),
  'POST /projects/rotate-key': () => ok({ success: true, ...MADE, message: 'The old key works for a day.' }),
  'POST /projects/settings': () => ok({ success: true, settings: {} }),
  'POST /projects/delete': () => ok({ success: true, message: 'Deleted.', deletedCustomers: 1843, deletedKeys: 3 }),
  'GET /projects/providers': () =>
    ok({
      offered: [{ id: 'google', name: 'Google' }],
      providers: [
        {
          id: 'google',
          name: 'Google',
          issuer: 'https://accounts.google.com',
          clientId: '1234-abcd.apps.googleusercontent.com',
          redirectUri: 'http://127.0.0.1:8787/auth/callback/google',
          createdAt: 0,
        },
      ],
    }),
  'GET /payment-account': ({ query }) =>
    ok({
      connected: query.get('mode') === 'test',
      mode: query.get('mode'),
      sandbox: query.get('mode') === 'test',
      accountId: 'acct_1Q2w3e4r5t',
      chargesEnabled: true,
      payoutsEnabled: false,
      country: 'GB',
      defaultCurrency: 'gbp',
      displayName: 'Analytical Engines Ltd',
      connectedAt: Date.now() - 30 * 86_400_000,
    }),
  'POST /payment-account/disconnect': () => ok({ success: true }),
  'POST /promote-to-live': () => problem(428, 'live_connection_required', 'Live mode needs a live connection.'),
  'GET /api/dashboard': ({ pk, query }) => customersPage(query, pk, dashboard(pk)),
  'GET /api/dashboard/totals': () => ok(TOTALS),
  'GET /api/dashboard/series': ({ query, pk }) =>
    ok(isNew(pk) ? { days: [], currencies: [] } : series(Number(query.get('days')))),
  'GET /api/operator/platforms': () => ok(PLATFORMS),
  'GET /subscription': () =>
    ok({
      status: 'active',
      currentPeriodEnd: Date.now() + 9 * 86_400_000,
      liveEndUserCount: 1843,
      includedUsers: 2000,
    }),
  'GET /tiers': ({ pk }) => ok({ platformId: 'plt_1', publishableKey: pk, tiers: tiersOf(pk) }),
  'GET /api/tiers': ({ pk }) =>
    ok({
      tiers: tiersOf(pk)
        .filter(({ name }) => !pk.includes('root') || name !== 'max')
        .filter(({ active }) => active),
    }),
  'PUT /tiers': ({ pk, body }) => ok({ success: true, tierName: body.tierName, tier: tiersOf(pk)[0] }),
  'POST /tiers/add': ({ body }) => ok({ success: true, tier: body, tierName: body.name }),
  'DELETE /tiers': () => ok({ success: true }),
  'GET /api/customers': ({ query, pk }) => customersPage(query, pk, {}),
  'POST /api/customers': ({ body }) => ok({ success: true, customer: { ...CUSTOMERS[0], ...body } }),
  'GET /api/events': ({ pk, query }) =>
    page(
      'events',
      isNew(pk) ? [] : EVENTS.filter(({ status }) => !query.get('status') || status === query.get('status')),
    ),
  'GET /api/orders': ({ pk }) => page('orders', pk.includes('mugs') ? ORDERS : []),
};

const PATTERNS = [
  [/^GET \/api\/customers\/([^/]+)\/explain$/, () => ok(EXPLANATION)],
  [/^GET \/api\/customers\/([^/]+)\/invoices$/, () => page('invoices', INVOICES)],
  [/^GET \/api\/customers\/([^/]+)$/, ({ id }) => one('customer', CUSTOMERS, id)],
  [/^(?:PATCH|DELETE) \/api\/customers\/([^/]+)(?:\/tokens)?$/, ({ id }) => one('customer', CUSTOMERS, id)],
  [/^GET \/api\/events\/([^/]+)$/, ({ id }) => one('event', EVENTS, id)],
  [/^POST \/api\/events\/([^/]+)\/replay$/, ({ id }) => one('event', EVENTS, id)],
  [/^GET \/api\/orders\/([^/]+)$/, ({ id }) => one('order', ORDERS, id)],
  [/^POST \/api\/orders\/([^/]+)\/(?:fulfil|refund)$/, ({ id }) => one('order', ORDERS, id)],
  [/^GET \/api\/receipts\/receipt$/, () => ok(RECEIPT)],
];

function customersPage(query, pk, more) {
  const search = query.get('search') ?? '';
  if (search.startsWith('broken')) return problem(500, 'internal', 'Something is wrong on our side.');
  if (search.startsWith('forbidden')) return problem(403, 'forbidden', 'This is not yours.');
  if (isNew(pk)) return page('customers', [], more);
  const plan = query.get('plan');
  const rows = CUSTOMERS.filter(
    (row) => (row.email.includes(search) || row.id === search) && (!plan || row.plan === plan),
  );
  const isWhole = search !== '' || plan !== null;
  return page('customers', rows, { ...more, nextCursor: isWhole ? null : 'c2', hasMore: !isWhole });
}

function one(noun, rows, id) {
  const found = rows.find((row) => row.id === id);
  return found ? ok({ success: true, [noun]: found }) : problem(404, 'not_found', 'There is no such thing.');
}

function ok(body) {
  return { status: 200, body };
}

function problem(status, code, message) {
  return { status, body: { status, code, message, error: message, requestId: 'req_preview' } };
}
