/** A small business with a month behind it: who signs up, uses, buys, cancels and orders, day by day. */
import { until } from './server.js';

const CARD = { card: '4242424242424242' };
const DAY_SECONDS = 86_400;
const DAYS = 30;
/** Who signs up, two days apart, and what they buy three days later. */
const PEOPLE = [
  ['Ada', 'Lovelace', 'team'],
  ['Grace', 'Hopper', 'pro'],
  ['Alan', 'Turing', 'pro'],
  ['Hedy', 'Lamarr', 'pro'],
  ['Edsger', 'Dijkstra', null],
  ['Radia', 'Perlman', 'team'],
  ['Donald', 'Knuth', 'pro'],
  ['Barbara', 'Liskov', 'pro'],
  ['Dennis', 'Ritchie', null],
  ['Margaret', 'Hamilton', 'team'],
  ['Ken', 'Thompson', 'pro'],
  ['Frances', 'Allen', 'pro'],
  ['Tony', 'Hoare', null],
  ['Katherine', 'Johnson', 'pro'],
];
/** Calls a day, by plan: most of the week, and less at its end. */
const USED = { free: 3, pro: 130, team: 900 };
const WEEK = [1, 1.2, 1.35, 1.1, 0.9, 0.4, 0.3];

const TIERS = [
  { name: 'free', displayName: 'Free', price: 0, limit: 100, isDefault: true, features: ['100 forecasts a month'] },
  {
    name: 'pro',
    displayName: 'Pro',
    price: 1900,
    limit: 5000,
    popular: true,
    features: ['5,000 forecasts a month', 'Hourly data', 'Mail support'],
  },
  {
    name: 'team',
    displayName: 'Team',
    price: 7900,
    limit: 50_000,
    features: ['50,000 forecasts a month', 'History of ten years', 'Support within a day'],
  },
];
const PRODUCTS = [
  { name: 'mug', displayName: 'Enamel mug', price: 1800, billingMode: 'one_off', inventory: 60 },
  { name: 'poster', displayName: 'Cloud atlas poster', price: 3200, billingMode: 'one_off', inventory: 24 },
  { name: 'gauge', displayName: 'Rain gauge', price: 4900, billingMode: 'one_off', inventory: 9 },
];

/**
 * Lets a month of it happen in the account of a signed-in developer.
 *
 * @returns {Promise<{saas: string, store: string, customer: string, order: string, now: string}>} keys of the
 *   projects, somebody and something to look at, and business time at the end
 */
export async function openBusiness(visitor, server) {
  await visitor.post(server, '/generate-platform-id', {});
  await visitor.page.goto(`${server.url}/authorize?mode=test`);
  await visitor.page.getByRole('button', { name: 'Connect account' }).click();
  await visitor.page.waitForURL(`${server.url}/dashboard**`);
  const create = (projectName, projectType, tiers) =>
    visitor.post(server, '/create-products', { projectName, projectType, tiers });
  const saas = await create('Skyline Weather', 'saas', TIERS);
  const store = await create('Skyline Shop', 'store', PRODUCTS);
  const [plans, shop] = [server.backend(saas.secretKey), server.backend(store.secretKey)];
  const customers = [];
  const orders = [];
  for (let day = 0; day < DAYS; day += 1) {
    await liveThrough(day, { server, plans, customers });
    if (day % 3 === 1) orders.push(await sell(server, shop, orders.length));
    await server.advance(DAY_SECONDS);
  }
  // So that the last day of the charts, which is today, is not an empty one.
  await liveThrough(DAYS, { server, plans, customers });
  await changeTheirMinds(visitor, server, plans, customers);
  await shop.orders.fulfil(orders[0], { trackingUrl: 'https://parcels.example.com/1' });
  await shop.orders.refund(orders[1], { lines: [{ line: 1, quantity: 1 }], restock: true });
  const { now } = await (await fetch(`${server.url}/_dev/clock`)).json();
  return { saas: saas.publishableKey, store: store.publishableKey, customer: customers[0].id, order: orders[0], now };
}

async function liveThrough(day, { server, plans, customers }) {
  const person = PEOPLE[day / 2];
  if (person) {
    const [firstName, lastName, tier] = person;
    const email = `${firstName}.${lastName}@example.com`.toLowerCase();
    const { customer } = await plans.customers.create({ email, firstName, lastName });
    customers.push({ id: customer.id, tier, since: day, plan: 'free' });
  }
  for (const customer of customers) {
    if (customer.tier && day === customer.since + 3) {
      await server.buyPlan(plans, customer.id, customer.tier);
      customer.plan = customer.tier;
    }
    const amount = Math.ceil(USED[customer.plan] * WEEK[(day + customer.since) % 7]);
    await plans.usage.track({ amount }, { userId: customer.id });
  }
}

/** Somebody cancels, and somebody has nearly used up what is free. */
async function changeTheirMinds({ page }, server, plans, customers) {
  const [, second] = customers;
  const { url } = await plans.billing.openPortal({ returnUrl: server.url }, { userId: second.id });
  await page.goto(url);
  await page.getByRole('button', { name: 'Cancel plan' }).click();
  await page.getByRole('button', { name: 'Resume' }).waitFor();
  const free = customers.find(({ tier }) => tier === null);
  const { usageCount } = await plans.usage.check({ userId: free.id });
  if (usageCount < 86) await plans.usage.track({ amount: 86 - usageCount }, { userId: free.id });
}

async function sell(server, shop, count) {
  const { products } = await shop.products.list();
  const items = products.slice(0, 1 + (count % 3)).map(({ priceId }) => ({ priceId, quantity: 1 + (count % 2) }));
  const [firstName] = PEOPLE[count % PEOPLE.length];
  const customerEmail = `${firstName}@example.com`.toLowerCase();
  const { sessionId, orderId } = await shop.products.cartCheckout({ items, customerEmail });
  await server.control(`checkout/${sessionId}/pay`, CARD);
  await until('the order is paid', async () => (await shop.orders.get(orderId)).order.status === 'paid');
  return orderId;
}
