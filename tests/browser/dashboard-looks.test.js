// Every page of the dashboard, of a project with customers, sales and events, and of one with nothing: nothing goes
// wrong in the browser, nothing moves while it loads, the scripts are few, axe finds nothing serious in light or dark,
// wide or narrow, and a phone never scrolls sideways.

import { before } from 'node:test';

import { journey, launch, visit } from './browser.js';
import { watchLoading } from './loading.js';
import { isSoundInEveryLook, LOOKING, PHONE } from './looks.js';
import { connect, FREE, MEMBER, MUG, makeProject, newDeveloper, PRO } from './project.js';
import { start, until } from './server.js';

/** Below the project's address. What is in braces is put in. */
const PLACES = {
  saas: [
    ['', 'start', 'go-live', 'customers', 'customers/new', 'customers/{customer}', 'plans', 'plans/new', 'plans/pro'],
    ['usage', 'usage/customers', 'events', 'events/{event}'],
    ['developers', 'developers/redirects', 'developers/quickstart'],
    ['settings', 'settings/payments', 'settings/sign-in', 'settings/reset', 'settings/delete'],
  ],
  store: [['', 'products', 'products/new', 'products/mug', 'orders', 'orders/{order}', 'customers', 'events']],
  members: [['', 'customers', 'customers/{member}', 'plans']],
  empty: [['', 'start', 'customers', 'plans', 'usage', 'events', 'settings/reset']],
  own: [['projects', 'projects/new', 'totals', 'operator', 'billing']],
};

/** The first developer of a server. */
const OPERATOR = 'developer-1@example.com';

let server;
let browser;
let storageState;
let made;
before(async () => {
  [server, browser] = await Promise.all([start({ DREAM_OPERATOR_EMAILS: OPERATOR }), launch()]);
  const visitor = await visit(browser);
  await newDeveloper(visitor, server);
  made = await fill(visitor);
  storageState = await visitor.context.storageState();
  await visitor.leave();
});

for (const [project, places] of Object.entries(PLACES)) {
  for (const place of places.flat()) {
    const name = `${project}/${place}`;
    journey(name, async () => {
      const phone = await load(PHONE, project, place);
      await phone.leave();
      const visitor = await load(LOOKING, project, place);
      await isSoundInEveryLook(visitor.page, `dashboard-${name}`);
      await visitor.leave();
    });
  }
}

/** Somebody who has seen a page come, and it was still. */
async function load(look, project, place) {
  const visitor = await visit(browser, { ...look, storageState });
  const { page } = visitor;
  const isQuick = await watchLoading(page);
  const below = place.replace(/\{(\w+)\}/, (_, what) => made[what]);
  const path = project === 'own' ? below : `${made[project]}/${below}`;
  await page.goto(`${server.url}/dashboard/${path}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await until('nothing loads any more', async () => (await page.getByText('Loading', { exact: true }).count()) === 0);
  await isQuick();
  return visitor;
}

/** A saas project where somebody pays and somebody does not, a store with an order, and a project with nothing. */
async function fill(visitor) {
  await connect(visitor, server);
  const pro = { ...PRO, features: ['500 calls a month'] };
  const saas = await makeProject(visitor, server, 'Weather', 'saas', [FREE, pro]);
  const store = await makeProject(visitor, server, 'Weather wares', 'store', [MUG]);
  const members = await makeProject(visitor, server, 'Weather club', 'membership', [MEMBER]);
  const { customer: member } = await members.api.customers.create({ email: 'member@example.com' });
  await server.buyPlan(members.api, member.id, MEMBER.name);
  const empty = await makeProject(visitor, server, 'Tides', 'saas', [FREE]);
  const sold = { ...(await sellPlan(saas.api)), ...(await sellMug(store.api)) };
  return { saas: saas.pk, store: store.pk, members: members.pk, empty: empty.pk, member: member.id, ...sold };
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
