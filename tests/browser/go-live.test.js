// A project goes live, and its developer pays for the server itself: with the keyboard alone.

import assert from 'node:assert/strict';
import { before } from 'node:test';

import { isSound } from './axe.js';
import { journey, launch, visit } from './browser.js';
import { press, type } from './keyboard.js';
import { journeyInLooks } from './looks.js';
import { makeProject, newDeveloper } from './project.js';
import { start } from './server.js';

/** In live mode every address is named. */
const SETTLED = { successUrl: 'https://tides.example/', cancelUrl: 'https://tides.example/' };

let server;
let browser;
before(async () => {
  [server, browser] = await Promise.all([start(), launch()]);
});

journeyInLooks(
  'a project goes live: the live account is asked for, then there are live keys that work',
  async (look) => {
    const visitor = await visit(browser, look);
    const { page } = visitor;
    const at = (name) => page.getByRole('heading', { level: 1, name }).waitFor();
    await newDeveloper(visitor, server);
    const test = await makeProject(visitor, server, 'Tides');
    await page.goto(`${test.at}/go-live`);
    await press(page.getByRole('button', { name: 'Go live' }));
    await press(page.getByRole('link', { name: 'Connect Stripe for live mode' }));
    await at('Connect a Stripe account');
    await press(page.getByRole('button', { name: 'Connect account' }));
    await at('Go live');
    await press(page.getByRole('button', { name: 'Go live' }));
    await at('Tides is live');
    await isSound(page);
    const secretKey = await page.getByText(/^sk_live_\w+$/).textContent();
    const settle = page.getByRole('link', { name: 'Set the live origins' });
    await press(settle);
    await page.getByRole('dialog', { name: 'Leave without the secret key' }).waitFor();
    await press(page.getByRole('button', { name: 'Stay here' }));
    await visitor.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await press(page.getByRole('button', { name: 'Copy the secret key' }));
    await page.waitForFunction(async (text) => (await navigator.clipboard.readText()) === text, secretKey);
    await press(settle);
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
    const { customer } = await api.customers.create({ email: server.freshEmail('buyer') });
    await server.buyPlan(api, customer.id, 'pro', SETTLED);
    const { totals } = await api.dashboard.getTotals();
    assert.deepEqual([totals.liveProjects, totals.activeSubs, totals.mrr], [1, 1, 1900]);
    await page.getByRole('link', { name: 'Overview' }).first().click();
    await page.getByText('$19.00').first().waitFor();
    await isSound(page);
    await visitor.leave(['428 /promote-to-live']);
  },
);

journey('a developer buys the plan of the server itself, and cancels it', async () => {
  const visitor = await visit(browser);
  const { page } = visitor;
  await newDeveloper(visitor, server);
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
