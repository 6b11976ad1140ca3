// Somebody buys a plan and cancels it while the developer looks on: the open pages tell, and nobody reloads them.

import assert from 'node:assert/strict';
import { before } from 'node:test';

import { isSound } from './axe.js';
import { launch, visit } from './browser.js';
import { journeyInLooks } from './looks.js';
import { connect, makeProject, newDeveloper, pay, stays } from './project.js';
import { start } from './server.js';

let server;
let browser;
before(async () => {
  [server, browser] = await Promise.all([start(), launch()]);
});

journeyInLooks('an upgrade and a cancellation are seen on pages that are open', async (look) => {
  const visitor = await visit(browser, look);
  await newDeveloper(visitor, server);
  await connect(visitor, server);
  const { at, api } = await makeProject(visitor, server, 'Weather');
  const email = server.freshEmail('buyer');
  const { customer } = await api.customers.create({ email });
  const overview = await open(visitor, at, 'Overview');
  const list = await open(visitor, `${at}/customers`, 'Customers');
  const one = await open(visitor, `${at}/customers/${customer.id}`, email);
  const row = list.page.getByRole('row').filter({ hasText: email });
  const card = (name) => overview.page.getByRole('main').getByRole('link', { name });
  await card(/^MRR\s*\$0\.00/).waitFor();
  await row.getByRole('cell', { name: 'Free', exact: true }).waitFor();

  const buyer = await visit(browser, look);
  const { sessionId, url } = await api.billing.createCheckout({ tier: 'pro' }, { userId: customer.id });
  await pay(buyer, url);
  await buyer.page.getByRole('heading', { name: 'You can go back to the app' }).waitFor();
  assert.equal((await api.billing.getCheckout(sessionId, { userId: customer.id })).paid, true);
  await card(/^MRR\s*\$19\.00/).waitFor();
  await card(/^Active subscriptions\s*1/).waitFor();
  await row.getByRole('cell', { name: 'Pro', exact: true }).waitFor();
  await row.getByText('Active').waitFor();
  await one.page.getByText('of 500').first().waitFor();
  await isSound(one.page);

  const portal = await api.billing.openPortal({ returnUrl: server.url }, { userId: customer.id });
  await buyer.page.goto(portal.url);
  await buyer.page.getByRole('button', { name: 'Cancel plan' }).click();
  await buyer.page.getByRole('button', { name: 'Resume' }).waitFor();
  await card(/^Canceling\s*1/).waitFor();
  await card(/^MRR\s*\$0\.00/).waitFor();
  await card(/^Active subscriptions\s*0/).waitFor();
  await row.getByText('Canceling').waitFor();
  await one.page.getByText('Canceling').first().waitFor();
  // The plan stays until the period is over.
  await row.getByRole('cell', { name: 'Pro', exact: true }).waitFor();
  for (const { isStill } of [overview, list, one]) await isStill();
  await buyer.leave();
  await visitor.leave();
});

/** A page of the dashboard that stays open. */
async function open({ context }, url, heading) {
  const page = await context.newPage();
  await page.goto(url);
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  return { page, isStill: await stays(page) };
}
