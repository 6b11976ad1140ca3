// A plan gets another price: the page shows the card it makes and says first what happens to whom; then everybody who
// is new sees and pays it, and who was there before does not.

import assert from 'node:assert/strict';
import { before } from 'node:test';

import { isSound } from './axe.js';
import { launch, visit } from './browser.js';
import { journeyInLooks } from './looks.js';
import { connect, makeProject, newDeveloper } from './project.js';
import { start } from './server.js';

let server;
let browser;
before(async () => {
  [server, browser] = await Promise.all([start(), launch()]);
});

journeyInLooks('a price is changed for those who are new', async (look) => {
  const visitor = await visit(browser, look);
  const { page } = visitor;
  await newDeveloper(visitor, server);
  await connect(visitor, server);
  const { pk, at, api } = await makeProject(visitor, server, 'Weather');
  const { customer } = await api.customers.create({ email: server.freshEmail('early') });
  await server.buyPlan(api, customer.id, 'pro');

  await page.goto(`${at}/plans`);
  await page.getByRole('main').getByRole('link', { name: 'Pro', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Pro' }).waitFor();
  const preview = page.getByRole('complementary', { name: 'Preview' });
  await preview.getByText('$19').waitFor();
  await page.getByLabel('Price', { exact: true }).fill('29.50');
  await page.getByLabel('Features').fill('Hourly data\nMail support');
  await preview.getByText('$29.50').waitFor();
  await preview.getByText('Mail support').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  const dialog = page.getByRole('dialog', { name: 'Change the price of Pro' });
  await dialog.getByText('From $19 a month to $29.50 a month').waitFor();
  await dialog.getByText('Who is subscribed keeps the old price').waitFor();
  await isSound(page);
  assert.equal(await priceOfPro(api), 1900);
  await dialog.getByRole('button', { name: 'Change price' }).click();
  await page.getByText('Saved.').waitFor();
  await dialog.waitFor({ state: 'detached' });
  await page.reload();
  await preview.getByText('$29.50').waitFor();

  assert.equal(await priceOfPro(api), 2950);
  const { facts } = await api.customers.explain(customer.id);
  assert.deepEqual(
    facts.subscriptions.map(({ amount }) => amount),
    [1900],
  );
  const stranger = await visit(browser, look);
  await stranger.page.goto(`${server.url}/pricing?pk=${pk}`);
  const card = stranger.page.getByRole('article').filter({ hasText: 'Pro' });
  await card.getByText('$29.50').waitFor();
  await card.getByText('Hourly data').waitFor();
  await stranger.leave();
  await visitor.leave();
});

/** As everybody may read it. */
async function priceOfPro(api) {
  const { tiers } = await api.products.listTiers();
  return tiers.find(({ name }) => name === 'pro').price;
}
