// The types of the published client as data, and a check of an answer against them.

import assert from 'node:assert/strict';

const numberOrUnlimited = ['number', 'unlimited'];
/** Any list; an empty one passes for a list of words. */
const list = ['array', 'strings'];

export const USAGE = {
  userId: 'string',
  plan: 'string',
  usageCount: 'number',
  limit: numberOrUnlimited,
  remaining: numberOrUnlimited,
  periodStart: 'string',
  periodEnd: 'string',
};

export const CUSTOMER = {
  id: 'string',
  email: 'string',
  'firstName?': 'string',
  'lastName?': 'string',
  plan: 'string',
  publishableKey: 'string',
  createdAt: 'number',
};

export const TIER = {
  name: 'string',
  displayName: 'string',
  price: 'number',
  limit: 'number',
  priceId: 'string',
  productId: 'string',
  'features?': 'strings',
  'popular?': 'boolean',
};

export const PRODUCT = {
  'id?': 'string',
  name: 'string',
  'displayName?': 'string',
  'description?': 'string',
  price: 'number',
  'currency?': 'string',
  priceId: 'string',
  productId: 'string',
  'imageUrl?': 'string',
  'inventory?': ['number', 'null'],
  'soldOut?': 'boolean',
  'features?': 'strings',
};

export const DASHBOARD = {
  activeSubscriptions: 'number',
  cancelingSubscriptions: 'number',
  mrr: 'number',
  'totalRevenue?': 'number',
  'totalSales?': 'number',
  'avgOrderValue?': 'number',
  usageThisPeriod: 'number',
  customers: list,
  tiers: list,
  'products?': list,
  'orders?': list,
  webhookStatus: 'object',
};

export const DASHBOARD_CUSTOMER = {
  id: 'string',
  email: 'string',
  plan: 'string',
  usage: 'number',
  limit: 'number',
  status: 'string',
  'renewsAt?': 'string',
};

export const ORDER = { customer: 'string', email: 'string', amount: 'number', paymentId: 'string', date: 'string' };

export const WEBHOOK_STATUS = { url: 'string', 'lastEvent?': 'string', recentEvents: list };

export const RECENT_EVENT = { type: 'string', timestamp: 'string' };

export const TOTALS = { totalRevenue: 'number', totalCustomers: 'number', totalMRR: 'number' };

/** Fails unless every promised field is there with its type; a name that ends in `?` may be absent. */
export function assertShape(value, shape, what) {
  assert.equal(kind(value), 'object', `${what} is no object`);
  for (const [field, wanted] of Object.entries(shape)) {
    const name = field.replace('?', '');
    if (!(name in value)) {
      assert.ok(field.endsWith('?'), `${what} has no ${name}`);
      continue;
    }
    const found = value[name] === 'unlimited' && wanted.includes('unlimited') ? 'unlimited' : kind(value[name]);
    assert.ok([wanted].flat().includes(found), `${what}.${name} is ${found} and not ${wanted}`);
  }
}

function kind(value) {
  if (value === null) return 'null';
  if (!Array.isArray(value)) return typeof value;
  return value.every((item) => typeof item === 'string') ? 'strings' : 'array';
}
