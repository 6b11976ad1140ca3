// What users change at the billing portal is in force with their next call.

import assert from 'node:assert/strict';
import { before } from 'node:test';

import { isOn, partsOf, signInto, startApp } from './app.js';
import { isSound } from './axe.js';
import { journey, launch, visit } from './browser.js';
import { press, type } from './keyboard.js';
import { start, until } from './server.js';

const DAY_SECONDS = 86_400;

let server;
let browser;
let app;
before(async () => {
  [server, browser] = await Promise.all([start(), launch()]);
  app = await startApp('ours', server.demo);
});

/** Somebody in the app who pays for pro. */
async function subscriber(visitor) {
  const email = await signInto(app, server, visitor);
  const api = server.backend();
  const [{ id }] = (await api.customers.list({ search: email })).customers;
  await server.buyPlan(api, id, 'pro');
  return { email, id, api };
}

journey('a larger plan counts with the next call, and with the next token', async () => {
  const visitor = await visit(browser);
  const { page } = visitor;
  const { email, id, api } = await subscriber(visitor);
  await press(partsOf(page).billing);
  await press(page.getByRole('button', { name: 'Change to Max' }));
  await page.getByRole('heading', { level: 2, name: 'Max' }).waitFor();
  await isSound(page);
  await until('the change is known', async () => (await api.customers.explain(id)).plan === 'max');
  await press(page.getByRole('link', { name: 'Return' }));
  await partsOf(page).status.filter({ hasText: email }).waitFor();
  await press(partsOf(page).use);
  await partsOf(page).result.filter({ hasText: '1 of unlimited used' }).waitFor();
  await press(partsOf(page).signIn);
  await press(page.getByRole('button', { name: `Continue as ${email}` }));
  await isOn(page, email, 'max');
  await visitor.leave();
});

journey('sent to cancel, and back as soon as that is done', async () => {
  const visitor = await visit(browser);
  const { page } = visitor;
  const { id, api } = await subscriber(visitor);
  const ways = { returnUrl: `${app.url}/bye`, flow: 'cancel' };
  await page.goto((await api.billing.openPortal(ways, { userId: id })).url);
  await page.getByRole('heading', { name: 'Billing' }).waitFor();
  await isSound(page);
  assert.equal(await page.getByRole('button', { name: /^Change to/ }).count(), 0);
  await press(page.getByRole('button', { name: 'Cancel plan' }));
  await page.waitForURL(`${app.url}/bye`);
  await until('the cancellation is known', async () => (await api.customers.explain(id)).status === 'canceling');
  await visitor.leave();
});

// The last one, since it moves the clock.
journey('a renewal that fails leaves the plan for some days, a card that works keeps it', async () => {
  const visitor = await visit(browser);
  const { page } = visitor;
  const email = await signInto(app, server, visitor);
  const api = server.backend();
  const [{ id }] = (await api.customers.list({ search: email })).customers;
  await press(partsOf(page).upgrade);
  await page.getByRole('heading', { name: 'Subscribe' }).waitFor();
  await press(page.getByRole('button', { name: 'goes through, fails at renewal' }));
  await isOn(page, email, 'pro');
  await server.advance(32 * DAY_SECONDS);
  const late = await api.customers.explain(id);
  assert.deepEqual([late.plan, late.status], ['pro', 'past_due']);
  await press(partsOf(page).use);
  await partsOf(page).result.filter({ hasText: 'of 500 used' }).waitFor();

  await press(partsOf(page).billing);
  await page.getByText('past due').waitFor();
  await isSound(page);
  await type(page.getByLabel('New card number'), '4242 4242 4242 4242');
  const saved = page.waitForResponse((response) => response.request().method() === 'POST');
  await press(page.getByRole('button', { name: 'Save card' }));
  await saved;
  await server.advance(6 * DAY_SECONDS);
  await until('it is paid', async () => (await api.customers.explain(id)).status === 'active');
  await server.advance(2 * DAY_SECONDS);
  assert.equal((await api.customers.explain(id)).plan, 'pro');
  await visitor.leave();
});
