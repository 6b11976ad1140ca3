// A developer with two projects and a month behind them, for the preview of the dashboard.

const NOW = Date.now();
const DAY = 86_400_000;
const ago = (days) => NOW - days * DAY;

const SETTINGS = {
  accentColor: '#0f766e',
  defaultRedirect: null,
  emailVerification: 'later',
  hideBranding: false,
  hideInventory: false,
  legacyToken: true,
  logoUrl: null,
  perUserPerMinute: null,
  redirectOrigins: ['http://localhost:3000', 'https://weather.example'],
  upgradeUrl: null,
};

const key = (id, lastFour, more = {}) => ({
  id,
  label: '',
  lastFour,
  status: 'active',
  createdAt: ago(31),
  lastUsedAt: NOW - 40_000,
  expiresAt: null,
  revokedAt: null,
  ...more,
});

const project = (projectId, publishableKey, name, type, mode, keys, more = {}) => ({
  projectId,
  publishableKey,
  name,
  type,
  mode,
  status: 'active',
  secretKey: '********',
  createdAt: ago(31),
  keys,
  settings: { ...SETTINGS, emailVerification: mode === 'live' ? 'required' : 'later' },
  ...more,
});

const WEATHER_KEYS = [
  key('key_3', 'c41d', { label: 'Production server' }),
  key('key_2', '09af', { expiresAt: NOW + 0.7 * DAY, lastUsedAt: ago(1.2) }),
  key('key_1', '77e2', { status: 'revoked', revokedAt: ago(12), lastUsedAt: ago(13) }),
];

export const PROJECTS = [
  project('prj_1', 'pk_test_weather', 'Weather API', 'saas', 'test', WEATHER_KEYS),
  project('prj_1', 'pk_live_weather', 'Weather API', 'saas', 'live', WEATHER_KEYS),
  project('prj_2', 'pk_test_mugs', 'Mug & Saucer', 'store', 'test', [key('key_5', 'a03b')], {
    sampleUntil: ago(1),
  }),
  project(
    'prj_3',
    'pk_test_new',
    'The extraordinarily long-named Seed Exchange of Northern Europe',
    'membership',
    'test',
    [key('key_6', '1c2d', { lastUsedAt: null, createdAt: NOW - 60_000 })],
  ),
];

const tier = (name, displayName, price, limit, more = {}) => ({
  id: `tier_${name}`,
  name,
  displayName,
  price,
  currency: 'usd',
  interval: 'month',
  limit,
  period: 'month',
  meters: {},
  billingMode: 'subscription',
  description: null,
  imageUrl: null,
  inventory: null,
  soldOut: false,
  popular: false,
  position: 0,
  isDefault: false,
  active: true,
  features: [],
  priceId: `price_1Q${name}`,
  productId: `prod_R${name}`,
  ratePerMinute: null,
  trialDays: null,
  ...more,
});

const PLANS = [
  tier('free', 'Free', 0, 100, {
    position: 1,
    isDefault: true,
    features: ['100 requests a month', 'Forecast for one place'],
  }),
  tier('pro', 'Pro', 2900, 10_000, {
    position: 2,
    popular: true,
    trialDays: 14,
    description: 'For apps that people use every day.',
    features: ['10,000 requests a month', 'Every place on earth', 'Support by mail'],
    meters: { tokens: { limit: 500_000, period: 'month' } },
  }),
  tier('max', 'Max', 9900, -1, {
    position: 3,
    features: ['Unlimited requests', 'History back to 1940', 'Answers within a day'],
  }),
  tier('early', 'Early bird', 900, 5000, { position: 4, active: false, features: ['5,000 requests a month'] }),
];

const product = (name, displayName, price, inventory, more = {}) =>
  tier(name, displayName, price, -1, { billingMode: 'one_off', inventory, soldOut: inventory === 0, ...more });

const PRODUCTS = [
  product('mug', 'Stoneware mug', 1900, 42, {
    position: 1,
    description: 'Holds 300 ml.',
    features: ['Dishwasher safe'],
  }),
  product('saucer', 'Saucer', 900, 3, { position: 2 }),
  product('teapot', 'Teapot for two people who like their tea strong', 5400, 0, { position: 3 }),
  product('voucher', 'Gift voucher', 5000, null, { position: 4 }),
];

export function tiersOf(pk) {
  if (pk.includes('mugs')) return PRODUCTS;
  return pk.includes('new') ? [] : PLANS;
}

const NAMES = [
  ['ada@example.com', 'Ada', 'Lovelace', 'pro', 8412, 10_000, 'active'],
  ['grace.hopper@example.com', 'Grace', 'Hopper', 'max', 51_203, -1, 'active'],
  ['linus@example.com', 'Linus', null, 'free', 100, 100, 'none'],
  ['margaret@example.com', 'Margaret', 'Hamilton', 'pro', 3120, 10_000, 'canceling'],
  ['<script>alert(1)</script>@example.com', '<b>Bobby</b>', 'Tables', 'free', 12, 100, 'none'],
  [
    'katherine.johnson.of.the.long.address@department.example.com',
    'Katherine',
    'Johnson',
    'pro',
    9999,
    10_000,
    'past_due',
  ],
  ['edsger@example.com', 'Edsger', 'Dijkstra', 'free', 84, 100, 'none'],
  ['barbara@example.com', 'Barbara', 'Liskov', 'pro', 640, 10_000, 'trialing'],
];

export const CUSTOMERS = NAMES.map(([email, firstName, lastName, plan, usageCount, limit, status], at) => ({
  id: `user_01k9z${at}e8m4q`,
  email,
  emailVerified: at !== 4,
  externalId: at === 0 ? 'ada-1' : null,
  firstName,
  lastName,
  metadata: at === 0 ? { team: 'analytical' } : {},
  plan,
  publishableKey: 'pk_test_weather',
  createdAt: ago(30 - at * 3),
  updatedAt: ago(at),
  usageCount,
  limit,
  periodEnd: new Date(NOW + 9 * DAY).toISOString().slice(0, 10),
  status,
  ...([3, 5].includes(at) ? { sample: true } : {}),
  ...(['active', 'trialing'].includes(status) ? { renewsAt: new Date(NOW + (12 + at) * DAY).toISOString() } : {}),
  ...(status === 'canceling' ? { cancelAt: new Date(NOW + 9 * DAY).toISOString() } : {}),
}));

export const EXPLANATION = {
  plan: 'pro',
  status: 'active',
  accessUntil: null,
  reason: 'active',
  rule: 'The plan is paid for and renews by itself.',
  facts: {
    grants: [{ plan: 'free', by: 'developer', until: null, running: true }],
    subscriptions: [
      {
        id: 'sub_1Q2w3e4r5t6y7u8i',
        customerId: 'cus_R9f8g7h6',
        status: 'active',
        priceId: 'price_1Qpro',
        amount: 2900,
        currency: 'usd',
        interval: 'month',
        quantity: 1,
        periodEnd: NOW + 12 * DAY,
        cancelAtPeriodEnd: false,
        claim: { plan: 'pro', until: null },
        rule: 'The subscription is paid.',
      },
    ],
  },
};

export const INVOICES = [0, 30].map((days, at) => ({
  id: `in_1Q${at}`,
  number: `WX-000${7 - at}`,
  status: 'paid',
  amountPaid: 2900,
  currency: 'usd',
  createdAt: ago(days + 1),
}));

export const EVENTS = [
  ['customer.subscription.updated', 'done', 'sub_1Q2w3e4r5t6y7u8i', 1, null],
  ['invoice.paid', 'done', 'in_1Q0', 1, null],
  [
    'checkout.session.completed',
    'failed',
    'cs_test_a1b2',
    3,
    'The payment provider did not answer in time. It was given up after 12 tries.',
  ],
  ['charge.refunded', 'ignored', 'ch_3Q', 1, null],
  ['customer.subscription.created', 'done', 'sub_1Q9', 1, null],
].map(([type, status, objectId, attempts, lastError], at) => ({
  id: `evt_${at}9x`,
  type,
  status,
  objectId,
  attempts,
  lastError,
  createdAt: NOW - at * 5_400_000 - 9000,
  receivedAt: NOW - at * 5_400_000 - 8000,
  payload: { id: `evt_${at}9x`, type, data: { object: { id: objectId, object: type.split('.')[0], livemode: false } } },
}));

export const ORDERS = [
  ['ada@example.com', 'paid', [['Stoneware mug', 2, 3800]], 0],
  [
    'grace.hopper@example.com',
    'fulfilled',
    [
      ['Teapot for two people who like their tea strong', 1, 5400],
      ['Saucer', 2, 1800],
    ],
    0,
  ],
  ['linus@example.com', 'refunded', [['Gift voucher', 1, 5000]], 5000],
].map(([email, status, lines, amountRefunded], at) => ({
  id: `ord_01k9z${at}`,
  createdAt: ago(at * 2 + 0.1),
  status,
  email,
  lines: lines.map(([name, quantity, amount]) => ({ name, quantity, amount, imageUrl: null })),
  amountTotal: lines.reduce((sum, [, , amount]) => sum + amount, 0),
  amountRefunded,
  currency: 'usd',
  ...(at > 0 ? { sample: true } : {}),
  paymentId: `pi_3Q${at}`,
  receiptUrl: '/r/receipt',
  shipping: { name: 'Ada Lovelace', address: { line1: '12 St James’s Square', city: 'London', country: 'GB' } },
  trackingUrl: status === 'fulfilled' ? 'https://post.example/1843' : null,
  note: null,
  timeline: [
    { at: ago(at * 2 + 0.1), what: 'Paid with a card' },
    ...(status === 'fulfilled' ? [{ at: ago(at * 2 - 0.4), what: 'Sent' }] : []),
    ...(status === 'refunded' ? [{ at: ago(at * 2 - 0.2), what: 'Refunded $50.00' }] : []),
  ],
}));

/** Days of ups and downs, the same every time. */
export function series(count) {
  const days = Array.from({ length: count }, (_, at) => {
    const wave = Math.sin(at / 3.1) + Math.sin(at / 7.7);
    const weekend = at % 7 > 4 ? 0.55 : 1;
    return {
      day: new Date(NOW - (count - 1 - at) * DAY).toISOString().slice(0, 10),
      usage: Math.round((1800 + at * 40 + wave * 400) * weekend),
      newSubscriptions: Math.max(0, Math.round(2 + wave)),
      churned: at % 9 === 4 ? 1 : 0,
      subscribers: Math.round(128 - (count - 1 - at) * 0.37 + wave),
      canceling: 4 + (at % 5 === 3 ? 2 : 0),
      mrr: { usd: 240_000 + at * 5800 + Math.round(wave * 2000) },
      revenue: { usd: Math.max(0, Math.round(9000 + wave * 6000)) },
      sales: Math.max(0, Math.round(3 + wave)),
    };
  });
  return { days, currencies: ['usd'] };
}

export function dashboard(pk) {
  const isNew = pk.includes('new');
  const metrics = {
    activeSubs: isNew ? 0 : 128,
    cancelingSubs: isNew ? 0 : 4,
    currency: 'usd',
    trialingSubs: isNew ? 0 : 9,
    pastDueSubs: isNew ? 0 : 2,
    mrr: isNew ? 0 : 412_300,
    mrrByCurrency: isNew ? {} : { usd: 412_300, eur: 12_000 },
    usageThisPeriod: isNew ? 0 : 84_212,
    storeSalesCount: pk.includes('mugs') ? 61 : 0,
    storeTotalRevenue: pk.includes('mugs') ? 184_900 : 0,
    lowStockProducts: 2,
    totalInventory: 45,
  };
  const health = { lastWebhookAt: null, inboxWaiting: 0, inboxDead: 0, reconciledAt: null };
  if (isNew) return { metrics, alerts: [], health };
  return {
    metrics,
    previous: {
      mrr: 381_400,
      activeSubs: 117,
      cancelingSubs: 6,
      usageThisPeriod: 91_004,
      storeSalesCount: 48,
      storeTotalRevenue: 151_200,
    },
    alerts: [
      {
        code: 'events_dead',
        level: 'bad',
        message: 'One event was given up.',
        at: NOW - 7_200_000,
        link: 'events?status=dead',
      },
      {
        code: 'limit_close',
        level: 'warning',
        message: '3 customers have used 80 % of the limit of the plan.',
        link: 'usage/customers?usage=close',
      },
    ],
    health: { lastWebhookAt: NOW - 240_000, inboxWaiting: 1, inboxDead: 0, reconciledAt: NOW - 21_600_000 },
  };
}

export const RECEIPT = {
  order: { ...ORDERS[1] },
  project: { name: 'Mug & Saucer', logoUrl: null, accentColor: '#9a3412' },
};

export const TOTALS = {
  totals: { mrr: 412_300, activeSubs: 128, cancelingSubs: 4, totalProducts: 7, liveProjects: 1 },
  totalRevenue: 1_984_500,
  totalCustomers: 1843,
  mrrByCurrency: { usd: 412_300 },
  revenueByCurrency: { usd: 1_984_500 },
  currency: 'usd',
  projects: [
    {
      publishableKey: 'pk_live_weather',
      name: 'Weather API',
      mrr: 412_300,
      currency: 'usd',
      activeSubs: 128,
      customers: 1843,
    },
  ],
};

export const PLATFORMS = {
  platforms: [
    {
      platformId: 'plt_1',
      email: 'ada@example.com',
      plan: 'paid',
      status: 'active',
      liveUsers: 1843,
      testUsers: 12,
      mrr: 2900,
      createdAt: ago(200),
    },
    {
      platformId: 'plt_2',
      email: 'grace@example.com',
      plan: 'paid',
      status: 'trialing',
      liveUsers: 31,
      testUsers: 4,
      mrr: 0,
      createdAt: ago(9),
    },
    {
      platformId: 'plt_3',
      email: 'linus@example.com',
      plan: 'free',
      status: 'none',
      liveUsers: 0,
      testUsers: 2,
      mrr: 0,
      createdAt: ago(2),
    },
  ],
  totals: { platforms: 3, paying: 1, trialing: 1, liveUsers: 1874, testUsers: 18, mrr: 2900 },
  nextCursor: null,
  hasMore: false,
};
