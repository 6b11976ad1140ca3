// Every page of the dashboard, of a project with customers, sales and events, and of one with nothing: nothing goes
// wrong in the browser, axe finds nothing serious in light or dark, wide or narrow, and a phone never scrolls sideways.

import { after, before } from 'node:test';

import { journey, launch, visit } from './browser.js';
import { isSoundInEveryLook, LOOKING } from './looks.js';
import { start, until } from './server.js';
import { developer } from './states.js';

/** Below the project's address. What is in braces is put in. */
const PLACES = {
  saas: [
    ['', 'start', 'go-live', 'customers', 'customers/new', 'customers/{customer}', 'plans', 'plans/new', 'plans/pro'],
    ['events', 'events/{event}', 'developers', 'developers/redirects', 'developers/quickstart'],
    ['settings', 'settings/payments', 'settings/sign-in', 'settings/delete'],
  ],
  store: [['', 'products', 'products/new', 'products/mug', 'orders', 'orders/{order}', 'customers']],
  empty: [['', 'start', 'customers', 'plans', 'events']],
  own: [['projects', 'projects/new', 'totals', 'billing']],
};

let server;
let browser;
let storageState;
let made;
before(async () => {
  [server, browser] = await Promise.all([start(), launch()]);
  const visitor = await visit(browser);
  await developer(visitor, server);
  made = await fill(visitor);
  storageState = await visitor.context.storageState();
  await visitor.leave();
});
after(() => Promise.all([server?.stop(), browser?.close()]));

for (const [project, places] of Object.entries(PLACES)) {
  for (const place of places.flat()) {
    const name = `${project}/${place}`;
    journey(name, async () => {
      const visitor = await visit(browser, { ...LOOKING, storageState });
      const { page } = visitor;
      const below = place.replace(/\{(\w+)\}/, (_, what) => made[what]);
      const path = project === 'own' ? below : `${made[project]}/${below}`;
      await page.goto(`${server.url}/dashboard/${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await until(
        'nothing loads any more',
        async () => (await page.getByText('Loading', { exact: true }).count()) === 0,
      );
      await isSoundInEveryLook(page, `dashboard-${name}`);
      await visitor.leave();
    });
  }
}

/** A saas project where somebody pays and somebody does not, a store with an order, and a project with nothing. */
async function fill(visitor) {
  await visitor.post(server, '/generate-platform-id', {});
  await connect(visitor);
  const free = { name: 'free', displayName: 'Free', price: 0, limit: 5, isDefault: true };
  const pro = { name: 'pro', displayName: 'Pro', price: 1900, limit: 500, features: ['500 calls a month'] };
  const mug = { name: 'mug', displayName: 'Mug', price: 1800, billingMode: 'one_off', inventory: 9 };
  const create = (projectName, projectType, tiers) =>
    visitor.post(server, '/create-products', { projectName, projectType, tiers });
  const saas = await create('Weather', 'saas', [free, pro]);
  const store = await create('Weather wares', 'store', [mug]);
  const empty = await create('Tides', 'saas', [free]);
  return {
    saas: saas.publishableKey,
    store: store.publishableKey,
    empty: empty.publishableKey,
    ...(await sellPlan(server.backend(saas.secretKey))),
    ...(await sellMug(server.backend(store.secretKey))),
  };
}

/** What the page after the button of `/authorize` does. */
async function connect({ page }) {
  await page.goto(`${server.url}/authorize?mode=test`);
  await page.getByRole('button', { name: 'Connect account' }).click();
  await page.waitForURL(`${server.url}/dashboard**`);
}

async function sellPlan(api) {
  await api.customers.create({ email: 'free@example.com', firstName: 'Fred' });
  const { customer } = await api.customers.create({ email: 'pays@example.com', firstName: 'Paula' });
  await api.usage.track({ amount: 5 }, { userId: customer.id });
  await server.buyPlan(api, customer.id, 'pro');
  const event = await until('an event is worked', async () => (await api.events.list({ status: 'done' })).events[0]);
  return { customer: customer.id, event: event.id };
}

async function sellMug(api) {
  const { products } = await api.products.list();
  const items = [{ priceId: products[0].priceId, quantity: 2 }];
  const { sessionId, orderId } = await api.products.cartCheckout({ items, customerEmail: 'buys@example.com' });
  await server.control(`checkout/${sessionId}/pay`, { card: '4242424242424242' });
  await until('the order is paid', async () => (await api.orders.get(orderId)).order.status === 'paid');
  await api.orders.refund(orderId, { lines: [{ line: 1, quantity: 1 }], restock: true });
  return { order: orderId };
}
