// A developer's first quarter of an hour, with the keyboard alone: a project, payments, keys, the first call seen, the
// first sale seen.

import assert from 'node:assert/strict';
import { after, before } from 'node:test';

import { isSound } from './axe.js';
import { journey, launch, visit } from './browser.js';
import { press, type } from './keyboard.js';
import { start } from './server.js';
import { developer } from './states.js';

const PROJECT = {
  projectName: 'Tides',
  projectType: 'saas',
  tiers: [
    { name: 'free', displayName: 'Free', price: 0, limit: 5, isDefault: true },
    { name: 'pro', displayName: 'Pro', price: 1900, limit: 500 },
  ],
};
/** In live mode every address is named. */
const SETTLED = { successUrl: 'https://tides.example/', cancelUrl: 'https://tides.example/' };

let server;
let browser;
before(async () => {
  [server, browser] = await Promise.all([start(), launch()]);
});
after(() => Promise.all([server?.stop(), browser?.close()]));

journey('from nothing to the first limited call and the first sale', async () => {
  const visitor = await visit(browser, { viewport: { width: 1440, height: 900 } });
  const { page } = visitor;
  const at = (heading) => page.getByRole('heading', { level: 1, name: heading }).waitFor();
  await developer(visitor, server);
  await page.goto(`${server.url}/dashboard`);
  await at('Create project');
  await isSound(page);
  await type(page.getByLabel('Name').first(), 'Weather');
  await press(page.getByRole('button', { name: 'Create project' }));
  await at('Weather is ready');
  await isSound(page);
  const [pk, sk] = await keysOn(page);

  await press(page.getByRole('button', { name: 'Go on to the first steps' }));
  await at('Get started');
  await page.getByText('1 of 6 done').waitFor();
  await isSound(page);
  await press(page.getByRole('link', { name: 'Connect the sandbox' }));
  await at('Connect a Stripe account');
  await isSound(page);
  await press(page.getByRole('button', { name: 'Connect account' }));
  await at('Get started');
  await page.getByText('2 of 6 done').waitFor();
  const first = page.url();

  await press(page.getByRole('button', { name: 'See all keys' }));
  await at('Developers');
  await page.getByText(pk).first().waitFor();
  assert.equal(await page.getByText(sk).count(), 0);
  await isSound(page);

  await page.goto(first);
  await page.getByText('2 of 6 done').waitFor();
  const api = server.backend(sk);
  await api.usage.track({}, { userId: 'ada' });
  // Nobody reloads: the page notices.
  await page.getByText('It has arrived.').waitFor();
  await page.getByText('4 of 6 done').waitFor();

  await buyPro(api);
  await page.getByText('There is somebody.').waitFor();
  await page.goto(`${server.url}/dashboard/${pk}`);
  await page.getByText('$29').first().waitFor();
  await isSound(page);
  await visitor.leave();
});

journey('a project goes live: the live account is asked for, then there are live keys that work', async () => {
  const visitor = await visit(browser);
  const { page } = visitor;
  await developer(visitor, server);
  await visitor.post(server, '/generate-platform-id', {});
  const { publishableKey } = await visitor.post(server, '/create-products', PROJECT);
  await page.goto(`${server.url}/dashboard/${publishableKey}/go-live`);
  await press(page.getByRole('button', { name: 'Go live' }));
  await press(page.getByRole('link', { name: 'Connect Stripe for live mode' }));
  await page.getByRole('heading', { level: 1, name: 'Connect a Stripe account' }).waitFor();
  await press(page.getByRole('button', { name: 'Connect account' }));
  await page.getByRole('heading', { level: 1, name: 'Go live' }).waitFor();
  await press(page.getByRole('button', { name: 'Go live' }));
  await page.getByRole('heading', { level: 1, name: 'Tides is live' }).waitFor();
  await isSound(page);
  const [, secretKey] = await keysOn(page, 'live');
  await press(page.getByRole('link', { name: 'Set the live origins' }));
  await type(page.getByLabel('Origins', { exact: true }), 'https://tides.example');
  await press(page.getByRole('button', { name: 'Save' }).first());
  await page.getByText('Saved').first().waitFor();
  await isSound(page);

  const api = server.backend(secretKey);
  const { tiers } = await api.products.listTiers();
  assert.deepEqual(
    tiers.map(({ name, price }) => [name, price]),
    [
      ['free', 0],
      ['pro', 1900],
    ],
  );
  await buyPro(api, SETTLED);
  const { totals } = await api.dashboard.getTotals();
  assert.deepEqual([totals.liveProjects, totals.activeSubs, totals.mrr], [1, 1, 1900]);
  await press(page.getByRole('link', { name: 'Overview' }).first());
  await page.getByText('$19').first().waitFor();
  await isSound(page);
  await visitor.leave(['428 /promote-to-live']);
});

journey('a developer buys the plan of the server itself, and cancels it', async () => {
  const visitor = await visit(browser);
  const { page } = visitor;
  await developer(visitor, server);
  await visitor.post(server, '/generate-platform-id', {});
  await page.goto(`${server.url}/dashboard/billing`);
  await page.getByRole('heading', { level: 2, name: 'Free' }).waitFor();
  await press(page.getByRole('button', { name: 'Upgrade' }));
  await page.getByRole('heading', { level: 1, name: 'Subscribe' }).waitFor();
  await isSound(page);
  await type(page.getByLabel('Card number'), '4242 4242 4242 4242');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 2, name: 'Paid' }).waitFor();
  await isSound(page);
  await press(page.getByRole('button', { name: 'Manage plan and invoices' }));
  await page.getByRole('heading', { level: 1, name: 'Billing' }).waitFor();
  await press(page.getByRole('button', { name: 'Cancel plan' }));
  await page.getByRole('button', { name: 'Resume' }).waitFor();
  await press(page.getByRole('link', { name: 'Return' }));
  await page.getByText('Ends', { exact: true }).waitFor();
  await visitor.leave();
});

/** The publishable and the secret key as the page shows them, this once. */
async function keysOn(page, mode = 'test') {
  const keys = [page.getByText(new RegExp(`^pk_${mode}_\\w+$`)), page.getByText(new RegExp(`^sk_${mode}_\\w+$`))];
  return Promise.all(keys.map((key) => key.textContent()));
}

/** Somebody new buys the plan pro. */
async function buyPro(api, ways) {
  const { customer } = await api.customers.create({ email: server.freshEmail('buyer') });
  await server.buyPlan(api, customer.id, 'pro', ways);
}
