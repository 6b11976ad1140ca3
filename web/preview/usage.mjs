// What customers use, and where they are signed in, for the preview of the dashboard.

import { CUSTOMERS, series } from './sample.mjs';

const NOW = Date.now();
const DAY = 86_400_000;
const NEXT_MONTH = nextMonth();

/** A project with two meters; `tokens` is used by few. */
export function used(meter, span) {
  const isTokens = meter === 'tokens';
  const scale = isTokens ? 41 : 1;
  const days = series(span).days.map(({ day, usage }) => ({ day, used: usage * scale }));
  const users = CUSTOMERS.filter(({ plan }) => !isTokens || plan !== 'free')
    .map((row) => ({ row, used: row.usageCount * scale, limit: isTokens ? 500_000 : row.limit }))
    .toSorted((a, b) => b.used - a.used);
  return {
    meter: meter ?? 'requests',
    meters: ['requests', 'tokens'],
    days,
    used: 84_212 * scale,
    previous: 91_004 * scale,
    customers: isTokens ? { counted: 5, close: 1, reached: 0 } : { counted: 214, close: 9, reached: 3 },
    top: users.map(({ row, used: amount, limit }, at) => ({
      userId: at === 6 ? 'device-77f1' : row.id,
      ...(at === 6 ? {} : { customerId: row.id, email: row.email }),
      plan: row.plan,
      used: amount,
      limit,
      share: Math.round((amount / (84_212 * scale)) * 10_000),
    })),
  };
}

/** A project where nothing was counted. */
export function unused(meter, span) {
  const days = series(span).days.map(({ day }) => ({ day, used: 0 }));
  const customers = { counted: 0, close: 0, reached: 0 };
  return { meter: meter ?? 'requests', meters: ['requests'], days, used: 0, previous: 0, customers, top: [] };
}

/** One customer: the first has two meters and a past, the fifth nothing at all. */
export function usageOf(row, span) {
  const isNew = row.id === CUSTOMERS[4].id;
  const extra = row.id === CUSTOMERS[0].id ? { extra: 2500 } : {};
  const limit = row.limit < 0 ? 'unlimited' : row.limit + (extra.extra ?? 0);
  const meter = (name, count, most, more = {}) => ({
    meter: name,
    userId: row.id,
    plan: row.plan,
    count,
    usageCount: count,
    limit: most,
    remaining: most === 'unlimited' ? most : most - count,
    periodStart: day(NOW - 20 * DAY),
    periodEnd: day(NEXT_MONTH - 1),
    resetsAt: new Date(NEXT_MONTH).toISOString(),
    ...more,
  });
  const meters = [meter('requests', isNew ? 0 : row.usageCount, limit, extra)];
  if (row.plan === 'pro') meters.push(meter('tokens', 412_806, 500_000));
  const days = series(span).days.map(({ day: name, usage }) => ({
    day: name,
    used: isNew ? {} : { requests: Math.round(usage / 8), tokens: Math.round(usage * 5.1) },
  }));
  const history = isNew
    ? []
    : [
        { meter: 'requests', periodStart: '2026-10-01', periodEnd: '2026-10-31', count: 7904, plan: row.plan },
        { meter: 'tokens', periodStart: '2026-10-01', periodEnd: '2026-10-31', count: 388_120, plan: row.plan },
        { meter: 'requests', periodStart: '2026-09-16', periodEnd: '2026-09-30', count: 96, plan: 'free' },
      ];
  return { customerId: row.id, plan: row.plan, meters, days, history };
}

export const SESSIONS = [
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/140.0.0.0 Safari/537.36', 9, 0.02],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile/15E148 Safari/604.1', 4, 0.2],
  ['curl/8.5.0', 61, 3],
  [null, 2, 0.001],
].map(([userAgent, days, used], at) => ({
  id: `sess_01k9z${at}`,
  minted: userAgent === null,
  userAgent,
  createdAt: NOW - days * DAY,
  lastUsedAt: NOW - used * DAY,
  expiresAt: NOW + (30 - used) * DAY,
}));

function day(at) {
  return new Date(at).toISOString().slice(0, 10);
}

function nextMonth() {
  const now = new Date(NOW);
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1);
}
