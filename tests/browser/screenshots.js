// Pictures of the dashboard of a business that is alive: the sample data of a first start, a month of customers, usage,
// plans and orders. With DREAM_SCREENSHOTS every page in every look goes into that folder; with DREAM_README_IMAGES those
// that the README shows go into that one.
//
// The name does not end in `.test.js`: `cargo xtask screenshots` runs it, the tests of every day do not.

import assert from 'node:assert/strict';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';

import { journey, launch, visit } from './browser.js';
import { isSoundInEveryLook, LOOKING } from './looks.js';
import { PASSWORD, start, until } from './server.js';

/** Whom the demo projects belong to. */
const DEVELOPER = 'demo@dream-api.test';
/** A customer of the sample data who pays and uses much. */
const CUSTOMER = 'daniel.osei@example.com';

/** Below the project's address. What is in braces is put in. */
const PLACES = {
  saas: [
    ['', 'start', 'go-live', 'customers', 'customers/new', 'customers/{customer}', 'plans', 'plans/new', 'plans/pro'],
    ['usage', 'usage/customers', 'events', 'events/{event}'],
    ['developers', 'developers/redirects', 'developers/quickstart'],
    ['settings', 'settings/payments', 'settings/sign-in', 'settings/reset', 'settings/delete'],
  ],
  store: [
    ['', 'products', 'products/new', 'products/{product}', 'orders', 'orders/{order}', 'customers', 'events'],
    ['settings/reset'],
  ],
  own: [['projects', 'projects/new', 'totals', 'operator', 'billing']],
  hosted: [['pricing', 'preview', 'receipt']],
};
/** The pages of the README, by the name of the picture. */
const README = { overview: 'saas/', customer: 'saas/customers/{customer}', plans: 'saas/plans/pro' };
const README_BYTES_MAX = 200_000;
const README_FOLDER = process.env.DREAM_README_IMAGES;

let server;
let browser;
let storageState;
let sample;
before(async () => {
  [server, browser] = await Promise.all([start({ DREAM_DEMO_SAMPLE: 'true' }), launch()]);
  const visitor = await visit(browser);
  await signIn(visitor);
  sample = await lookUp(visitor);
  storageState = await visitor.context.storageState();
  await visitor.leave();
});

for (const [kind, places] of Object.entries(PLACES)) {
  for (const place of places.flat()) {
    journey(`${kind}/${place}`, async () => {
      const visitor = await open(`${kind}/${place}`);
      await isSoundInEveryLook(visitor.page, `alive-${kind}-${place}`);
      await visitor.leave();
    });
  }
}

for (const [name, place] of Object.entries(README)) {
  journey(`the README's ${name}`, async () => {
    if (!README_FOLDER) return;
    const visitor = await open(place);
    const path = join(README_FOLDER, `${name}.png`);
    await mkdir(README_FOLDER, { recursive: true });
    await visitor.page.screenshot({ path });
    const { size } = await stat(path);
    assert.ok(size <= README_BYTES_MAX, `${path} has ${size} bytes`);
    await visitor.leave();
  });
}

/** Somebody at a page that has nothing more to load. */
async function open(place) {
  const visitor = await visit(browser, { ...LOOKING, colorScheme: 'light', storageState });
  const { page } = visitor;
  await page.goto(server.url + pathOf(place));
  await page.getByRole('heading', { level: 1 }).waitFor();
  await until('nothing loads any more', async () => (await page.getByText('Loading', { exact: true }).count()) === 0);
  await page.evaluate(() => document.fonts.ready);
  return visitor;
}

function pathOf(place) {
  const [kind, ...below] = place.split('/');
  if (kind === 'hosted') return sample[below[0]];
  const path = [server.demo[kind]?.publishableKey, ...below].filter(Boolean).join('/');
  return `/dashboard/${path.replace(/\{(\w+)\}/, (_, what) => sample[what])}`;
}

/** The demo developer has no password before a mail has set one. */
async function signIn(visitor) {
  const { rootPublishableKey: publishableKey } = await (await fetch(`${server.url}/api/config`)).json();
  const { flow } = await visitor.post(server, '/auth/forgot', { publishableKey, email: DEVELOPER });
  const code = await server.code(DEVELOPER);
  await visitor.post(server, '/auth/reset', { publishableKey, flow, code, password: PASSWORD });
}

/** What there is to look at: the ids that addresses name, and the addresses of hosted pages. */
async function lookUp(visitor) {
  const { publishableKey } = server.demo.saas;
  const plans = server.backend();
  const shop = server.backend(server.demo.store.secretKey);
  const { customers } = await plans.customers.list({ search: CUSTOMER });
  const { events } = await plans.events.list({ search: 'invoice.paid' });
  const { products } = await shop.products.list();
  const { orders } = await shop.orders.list();
  const order = orders.find(({ status }) => status === 'partially_refunded');
  const features = ['1,000 calls a month', 'Support by e-mail'];
  const draft = { name: 'pro', displayName: 'Pro', price: 3900, limit: 1000, popular: true, features };
  const { url } = await visitor.post(server, '/pricing-previews', { publishableKey, tiers: [draft] });
  return {
    customer: customers[0].id,
    event: events[0].id,
    product: products[0].key,
    order: order.id,
    pricing: `/pricing?pk=${publishableKey}`,
    preview: new URL(url).pathname + new URL(url).search,
    receipt: new URL(order.receiptUrl).pathname,
  };
}
