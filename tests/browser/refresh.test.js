// The way back from a payment: the page waits until the plan is in force, then returns with a fresh token.

import assert from 'node:assert/strict';
import { before } from 'node:test';

import { partsOf, startApp } from './app.js';
import { journey, launch, visit } from './browser.js';
import { PASSWORD, start } from './server.js';

let server;
let browser;
let app;
before(async () => {
  [server, browser] = await Promise.all([start(), launch()]);
  app = await startApp('published', server.demo);
});

/** What the backend of the app does when the payment is confirmed. */
function pay(userId) {
  return server.call('PATCH', `/api/customers/${userId}`, server.demo.saas.secretKey, { plan: 'pro' });
}

async function whoIs(visitor) {
  const { user } = await visitor.post(server, '/auth/session', { publishableKey: server.demo.saas.publishableKey });
  return user;
}

journey('/refresh waits for the plan and returns with it', async () => {
  const visitor = await visit(browser);
  const { page } = visitor;
  const email = await visitor.signUp(server);
  const { id, plan } = await whoIs(visitor);
  assert.equal(plan, 'free');
  await page.goto(server.page('refresh', { redirect: `${app.url}/welcome`, plan: 'pro' }));
  await page.getByRole('heading', { name: 'Setting up your plan' }).waitFor();
  // Twice asked and still there: it is the plan that lets people go on.
  for (let asked = 0; asked < 2; asked += 1) {
    await page.waitForResponse((response) => response.url().endsWith('/auth/session'));
  }
  await page.getByRole('heading', { name: 'Setting up your plan' }).waitFor();
  await pay(id);
  await partsOf(page)
    .status.filter({ hasText: `Signed in as ${email} on pro` })
    .waitFor();
  assert.equal(page.url(), `${app.url}/welcome`);
  await visitor.leave();
});

journey('/refresh without a plan returns at once', async () => {
  const visitor = await visit(browser);
  const email = await visitor.signUp(server);
  await visitor.page.goto(server.page('refresh', { redirect: app.url }));
  await partsOf(visitor.page)
    .status.filter({ hasText: `Signed in as ${email} on free` })
    .waitFor();
  await visitor.leave();
});

journey('/refresh signs in who is not, and then waits', async () => {
  const paying = await visit(browser);
  const email = await paying.signUp(server);
  const { id } = await whoIs(paying);
  await paying.leave();
  const visitor = await visit(browser);
  const { page } = visitor;
  await page.goto(server.page('refresh', { redirect: app.url, plan: 'pro' }));
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Setting up your plan' }).waitFor();
  await pay(id);
  await partsOf(page)
    .status.filter({ hasText: `Signed in as ${email} on pro` })
    .waitFor();
  await visitor.leave();
});
