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
import { SESSIONS, unused, usageOf, used } from './usage.mjs';

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
  'POST /projects/reset': ({ body }) =>
    ok({ success: true, customers: body.only ? 26 : 31, subscriptions: 14, orders: 0, events: 118 }),
  'POST /pricing-previews': ({ body }) =>
    ok({
      url: `http://127.0.0.1:8787/pricing?pk=${body.publishableKey}&preview=${body.publishableKey}.${'Zm9v'.repeat(60)}`,
      expiresAt: Date.now() + 7 * 86_400_000,
    }),
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
  'GET /api/dashboard/usage/customers': ({ query, pk }) => usagePeople(query, pk),
  'GET /api/dashboard/usage': ({ query, pk }) => usagePage(query.get('meter'), Number(query.get('days')), pk),
  'GET /api/operator/platforms': () => ok(PLATFORMS),
  'GET /subscription': () =>
    ok({
      status: 'active',
      plan: 'paid',
      currentPeriodEnd: Date.now() + 9 * 86_400_000,
      liveEndUserCount: 1843,
      includedUsers: 2000,
      estimatedOverage: 0,
      enforced: true,
      price: 1500,
      currency: 'usd',
      interval: 'month',
    }),
  'GET /tiers': ({ pk }) => ok({ platformId: 'plt_1', publishableKey: pk, tiers: tiersOf(pk) }),
  'GET /api/tiers': ({ pk, query }) => {
    if (query.get('preview') === 'old') return preview422('has expired', 'Ask for a new link');
    return ok({
      tiers: tiersOf(pk)
        .filter(({ name }) => !pk.includes('root') || name !== 'max')
        .filter(({ active }) => active),
      ...(query.get('preview') ? { preview: { expiresAt: Date.now() + 6 * 86_400_000 } } : {}),
    });
  },
  'PUT /tiers': ({ pk, body }) => ok({ success: true, tierName: body.tierName, tier: tiersOf(pk)[0] }),
  'POST /tiers/add': ({ body }) => ok({ success: true, tier: body, tierName: body.name }),
  'DELETE /tiers': () => ok({ success: true }),
  'GET /api/customers': ({ query, pk }) => customersPage(query, pk, {}),
  'POST /api/customers': ({ body }) => ok({ success: true, customer: { ...CUSTOMERS[0], ...body } }),
  'GET /api/events': ({ pk, query }) => page('events', isNew(pk) ? [] : EVENTS.filter((event) => suits(event, query))),
  'GET /api/orders': ({ pk, query }) =>
    page('orders', pk.includes('mugs') ? ORDERS.filter(({ email }) => email.includes(query.get('search') ?? '')) : []),
};

function preview422(message, fix) {
  const { status, body } = problem(422, 'invalid_value', `preview ${message}`);
  return { status, body: { ...body, errors: [{ location: 'preview', message, fix }] } };
}

function suits({ id, type, status }, query) {
  const search = query.get('search') ?? '';
  return (!query.get('status') || status === query.get('status')) && (type.startsWith(search) || id === search);
}

const PATTERNS = [
  [/^GET \/api\/customers\/([^/]+)\/explain$/, () => ok(EXPLANATION)],
  [/^GET \/api\/customers\/([^/]+)\/usage$/, ({ id, query }) => ok(usageOf(customer(id), Number(query.get('days'))))],
  [
    /^POST \/api\/customers\/([^/]+)\/usage\/(?:grant|reset)$/,
    ({ id }) => ok({ success: true, usage: usageOf(customer(id), 30).meters[0] }),
  ],
  [/^GET \/api\/customers\/([^/]+)\/sessions$/, ({ id }) => page('sessions', id === CUSTOMERS[0].id ? SESSIONS : [])],
  [/^DELETE \/api\/customers\/([^/]+)\/sessions\//, () => ok({ success: true })],
  [
    /^POST \/api\/customers\/([^/]+)\/portal$/,
    ({ id }) =>
      id === CUSTOMERS[2].id
        ? problem(400, 'no_subscription', 'This user has not bought anything yet, so there is nothing to manage')
        : ok({ url: 'https://billing.example/p/session/test_YWNjdF8xUTJ3M2U0cjV0LF9SOWY4ZzdoNg0100' }),
  ],
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
  const usage = query.get('usage');
  const rows = CUSTOMERS.filter(
    (row) =>
      (row.email.includes(search) || row.id === search) &&
      (!plan || row.plan === plan) &&
      (!usage || nearOf(row) === usage),
  );
  const isWhole = search !== '' || plan !== null || usage !== null;
  return page('customers', rows, { ...more, nextCursor: isWhole ? null : 'c2', hasMore: !isWhole });
}

function nearOf({ usageCount, limit }) {
  if (limit < 0 || usageCount < 0.8 * limit) return null;
  return usageCount < limit ? 'close' : 'reached';
}

function customer(id) {
  return CUSTOMERS.find((row) => row.id === id) ?? CUSTOMERS[0];
}

function usagePage(meter, days, pk) {
  if (meter === 'sheep') return problem(422, 'unknown_meter', 'No tier of this project names the meter sheep.');
  return ok(isNew(pk) ? unused(meter, days) : used(meter, days));
}

function usagePeople(query, pk) {
  const page = usagePage(query.get('meter'), 30, pk);
  if (page.status !== 200) return page;
  const { meter, meters, top } = page.body;
  const usage = query.get('usage');
  const near = ({ used: usageCount, limit }) => !usage || nearOf({ usageCount, limit }) === usage;
  return ok({ meter, meters, customers: top.filter(near), hasMore: false });
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
