// The month of sample data that a first start comes with: the demo developer sees what it comes to, takes it away, and
// empties test mode afterwards.

import assert from 'node:assert/strict';
import { before } from 'node:test';

import { isSound } from './axe.js';
import { launch, visit } from './browser.js';
import { journeyInLooks } from './looks.js';
import { PASSWORD, start } from './server.js';

/** Whom the demo projects belong to. */
const DEVELOPER = 'demo@dream-api.test';
/** The figures of the overview. */
const FIGURES = ['MRR', 'Active subscriptions', 'Usage this period'];

let browser;
before(async () => {
  browser = await launch();
});

journeyInLooks('sample data is shown, removed, and the rest is reset', async (look) => {
  // Each look has a server of its own, since this leaves nothing of its data.
  const server = await start({ DREAM_DEMO_SAMPLE: 'true' });
  const visitor = await demoDeveloper(server, look);
  const { page } = visitor;
  const at = `${server.url}/dashboard/${server.demo.saas.publishableKey}`;
  await isShown(page, at);
  await isRemoved(page);
  await isReset(page, at);
  await visitor.leave();
});

/** The overview has figures and says that they are made up, and so does the list of customers. */
async function isShown(page, at) {
  await page.goto(at);
  await page.getByText('This is sample data.').waitFor();
  for (const name of FIGURES) assert.match(await figure(page, name), /[1-9]/, name);
  await isSound(page);
  await page.goto(`${at}/customers`);
  const marked = page.getByRole('row').filter({ hasText: 'Sample' });
  await marked.first().waitFor();
  assert.equal(await page.getByRole('row').filter({ hasText: 'user@example.com' }).getByText('Sample').count(), 0);
  await page.goto(at);
}

/** It goes after a dialog that says how much, and nothing is left in the figures. */
async function isRemoved(page) {
  await page.getByRole('button', { name: 'Remove sample data' }).click();
  const dialog = page.getByRole('dialog', { name: 'Remove sample data' });
  await dialog.getByText('26 customers').waitFor();
  await isSound(page);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Remove sample data' }).click();
  await dialog.getByText('26 customers').waitFor();
  await dialog.getByRole('button', { name: 'Remove sample data' }).click();
  await page.getByText(/^Removed the sample data: 26 customers/).waitFor();
  await page.getByText('This is sample data.').waitFor({ state: 'detached' });
  await page.getByText('Nothing counted yet').waitFor();
  for (const name of FIGURES) assert.match(await figure(page, name), /^\D*0(\.00)?$/, name);
}

/** Test mode is emptied by who types the name of the project. */
async function isReset(page, at) {
  await page.goto(`${at}/settings/reset`);
  await page.getByText('1 customer', { exact: true }).waitFor();
  const name = page.getByLabel('Name of the project');
  const reset = page.getByRole('button', { name: 'Reset test data' });
  await name.fill('Demo Store');
  await reset.click();
  await page.getByText('Type Demo SaaS to confirm.').nth(1).waitFor();
  assert.equal(await name.getAttribute('aria-invalid'), 'true');
  await isSound(page);
  await name.fill('Demo SaaS');
  await reset.click();
  await page.getByText(/^Deleted from Demo SaaS: 1 customer/).waitFor();
  await page.getByRole('link', { name: 'Go to the overview' }).click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  await page.goto(`${at}/customers`);
  await page.getByRole('heading', { level: 1, name: 'Customers' }).waitFor();
  assert.equal(await page.getByText('user@example.com').count(), 0);
}

/** The number on a card of the overview. */
async function figure(page, label) {
  const card = page
    .getByRole('main')
    .getByRole('link')
    .filter({ has: page.getByText(label, { exact: true }) });
  const [, value] = (await card.innerText()).split('\n').filter((line) => line.trim() !== '');
  return value;
}

/** A browser in which the demo developer is signed in, who has no password before one is set by mail. */
async function demoDeveloper(server, look) {
  const visitor = await visit(browser, look);
  const { rootPublishableKey: publishableKey } = await (await fetch(`${server.url}/api/config`)).json();
  const { flow } = await visitor.post(server, '/auth/forgot', { publishableKey, email: DEVELOPER });
  const code = await server.code(DEVELOPER);
  await visitor.post(server, '/auth/reset', { publishableKey, flow, code, password: PASSWORD });
  return visitor;
}
