// Scripts in the names of customers, products and projects, in notes and in what the payment provider sends: every page
// shows them as the text they are, and nothing runs. A page that tried would also be told on by its policy.

import assert from 'node:assert/strict';
import { before } from 'node:test';

import { journey, launch, visit } from './browser.js';
import { connect, makeProject, newDeveloper, payHere } from './project.js';
import { PASSWORD, start, until } from './server.js';

/** How long a page may take to show what it is about. */
const PATIENCE_MS = 15_000;

const IMAGE = '<img src=x onerror=hasRun()>';
const SCRIPT = '</script><script>hasRun()</script>';
const BOTH = SCRIPT + IMAGE;
/** Where parcels go to, as the checkout of the sandbox asks for it. */
const ADDRESS = { name: BOTH, line1: SCRIPT, city: IMAGE, postal_code: '10115' };

const FREE = {
  name: 'free',
  displayName: IMAGE,
  description: BOTH,
  features: [BOTH, IMAGE],
  price: 0,
  limit: 5,
  isDefault: true,
};
const PRO = { name: 'pro', displayName: SCRIPT, price: 1900, limit: 500, features: [SCRIPT] };
const MUG = { name: 'mug', displayName: BOTH.slice(0, 60), price: 1800, billingMode: 'one_off', inventory: 9 };

/** Pages with what they show. What is in braces is put in. */
const PAGES = {
  'the dashboard': [
    ['/dashboard/projects', BOTH],
    ['/dashboard/{saas}', BOTH],
    ['/dashboard/{saas}/start', BOTH],
    ['/dashboard/{saas}/go-live', SCRIPT],
    ['/dashboard/{saas}/customers', IMAGE],
    ['/dashboard/{saas}/customers/{customer}', BOTH],
    ['/dashboard/{saas}/plans', SCRIPT],
    ['/dashboard/{saas}/plans/free', IMAGE],
    ['/dashboard/{saas}/plans/pro', SCRIPT],
    ['/dashboard/{saas}/developers', IMAGE],
    ['/dashboard/{saas}/settings', BOTH],
    ['/dashboard/{saas}/settings/delete', BOTH],
    ['/dashboard/{store}', BOTH],
    ['/dashboard/{store}/products', MUG.displayName],
    ['/dashboard/{store}/products/mug', MUG.displayName],
    ['/dashboard/{store}/orders', MUG.displayName],
    ['/dashboard/{store}/orders/{order}', IMAGE],
    ['/dashboard/{store}/events/{event}', IMAGE],
  ],
  'end users': [
    ['/pricing?pk={saas}', SCRIPT],
    ['/signin?pk={saas}&redirect=http%3A%2F%2Flocalhost%2F', BOTH],
    ['/signup?pk={saas}&redirect=http%3A%2F%2Flocalhost%2F', BOTH],
    ['/reset?pk={saas}&redirect=http%3A%2F%2Flocalhost%2F', BOTH],
    ['/account?pk={saas}', BOTH],
    ['/r/{receipt}', MUG.displayName],
  ],
  'the mailbox': [
    ['/_dev/mail', BOTH],
    ['/_dev/mail/{mail}', BOTH],
  ],
};

let server;
let browser;
let storageState;
let made;
before(async () => {
  [server, browser] = await Promise.all([start(), launch()]);
  const visitor = await visit(browser);
  await newDeveloper(visitor, server);
  made = await fill(visitor);
  storageState = await visitor.context.storageState();
  await visitor.leave();
});

for (const [whose, pages] of Object.entries(PAGES)) {
  journey(`the pages of ${whose}`, async () => {
    const visitor = await visit(browser, { storageState });
    const ran = await watch(visitor);
    for (const [place, text] of pages) {
      await visitor.page.goto(server.url + place.replace(/\{(\w+)\}/g, (_, what) => made[what]));
      await isShown(visitor.page, text);
    }
    assert.deepEqual(ran, []);
    await visitor.leave();
  });
}

journey('the pages of the sandbox', async () => {
  const visitor = await visit(browser, { storageState });
  const ran = await watch(visitor);
  const { page } = visitor;
  await page.goto(await cartOf(made.shop));
  await isShown(page, MUG.displayName);
  const checkout = new URL(page.url()).pathname;
  await fillAddress(page);
  await page.getByLabel('E-mail').fill('late@example.com');
  await page.getByLabel('Card number').fill('4000 0000 0000 0002');
  await page.getByLabel('Card number').press('Enter');
  await page.getByRole('alert').waitFor();
  assert.equal(await page.locator('input[name=name]').inputValue(), BOTH);
  const { url } = await made.api.billing.openPortal({ returnUrl: server.url }, { userId: made.customer });
  await page.goto(url);
  await isShown(page, SCRIPT);
  assert.deepEqual(ran, []);
  await visitor.leave([`402 ${checkout}`]);
});

journey('a search that finds them', async () => {
  const visitor = await visit(browser, { storageState });
  const ran = await watch(visitor);
  const { page } = visitor;
  await page.goto(`${server.url}/dashboard/${made.saas}`);
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  await page.keyboard.press('Control+K');
  await page.getByRole('combobox', { name: 'Search' }).fill('onerror');
  await page.getByRole('option').filter({ hasText: 'harm@example.com' }).waitFor();
  await isShown(page, IMAGE);
  assert.deepEqual(ran, []);
  await visitor.leave();
});

/** Everything that people outside may name, named so. */
async function fill(visitor) {
  await connect(visitor, server);
  const saas = await makeProject(visitor, server, BOTH, 'saas', [FREE, PRO]);
  const store = await makeProject(visitor, server, `${BOTH}!`, 'store', [MUG]);
  await visitor.post(server, '/projects/settings', { publishableKey: store.pk, shippingCountries: ['DE'] });
  await visitor.post(server, '/projects/rotate-key', { publishableKey: saas.pk, label: IMAGE, overlapSeconds: 3600 });
  const { user } = await visitor.post(server, '/auth/sign-up', {
    publishableKey: saas.pk,
    email: 'harm@example.com',
    password: PASSWORD,
  });
  const customer = user?.id ?? (await saas.api.customers.list()).customers[0].id;
  await saas.api.customers.update(customer, { firstName: BOTH, lastName: IMAGE, metadata: { harm: BOTH } });
  await server.buyPlan(saas.api, customer, 'pro');
  const sold = await sell(visitor, store.api);
  const [mail] = await server.mails('shopper@example.com');
  return { saas: saas.pk, store: store.pk, customer, api: saas.api, shop: store.api, mail: mail.id, ...sold };
}

/** An order of somebody with such a name and address, sent with such a note. */
async function sell(visitor, shop) {
  await visitor.page.goto(await cartOf(shop));
  await fillAddress(visitor.page);
  await payHere(visitor, { email: 'shopper@example.com' });
  const order = await until('the order is paid', async () => (await shop.orders.list({ state: 'paid' })).orders[0]);
  await shop.orders.fulfil(order.id, { note: BOTH, trackingUrl: 'https://parcels.example/1' });
  const event = await until('its event is there', async () => {
    const { events } = await shop.events.list();
    return events.find(({ payload }) => JSON.stringify(payload).includes(IMAGE));
  });
  return { order: order.id, receipt: order.receiptUrl.split('/').at(-1), event: event.id };
}

/** The address of a checkout for one of it. */
async function cartOf(shop) {
  const { products } = await shop.products.list();
  const { url } = await shop.products.cartCheckout({ items: [{ priceId: products[0].priceId, quantity: 1 }] });
  return url;
}

/** At the checkout of the sandbox: who gets it, and where. */
async function fillAddress(page) {
  for (const [name, text] of Object.entries(ADDRESS)) await page.locator(`input[name=${name}]`).fill(text);
}

/** Notes which page runs one of the scripts. */
async function watch({ context }) {
  const ran = [];
  await context.exposeBinding('hasRun', ({ page }) => ran.push(page.url()));
  return ran;
}

/** Waits until the text stands somewhere: on the page, in a field, in a frame. */
async function isShown(page, text) {
  const stands = (wanted) => {
    const fields = [...document.querySelectorAll('input, textarea')].map(({ value }) => value);
    return [document.body.innerText, ...fields].some((shown) => shown.includes(wanted));
  };
  const everywhere = () => Promise.all(page.frames().map((frame) => frame.evaluate(stands, text).catch(() => false)));
  await until(`${page.url()} shows ${text}`, async () => (await everywhere()).includes(true), PATIENCE_MS);
  for (const frame of page.frames()) assert.equal(await frame.locator('img[src=x]').count(), 0, frame.url());
}
