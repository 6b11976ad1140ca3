// The whole promise: an end user of an app signs up, uses up what is free, pays, goes on at once, cancels, and is on
// free again when the period is over. With the keyboard alone, and with each client.

import assert from 'node:assert/strict';

import { partsOf, startApp } from './app.js';
import { isSound } from './axe.js';
import { journey, launch, visit } from './browser.js';
import { hasFocus, press, type } from './keyboard.js';
import { PASSWORD, start, until } from './server.js';

const DAY_SECONDS = 86_400;
/** What the published client loads by itself in test mode when nobody is signed in. */
const CLERK = 'foreign https://cdn.jsdelivr.net/npm/@clerk/clerk-js@5.118.0/dist/clerk.browser.js';

const WITH = [
  { client: 'ours', trouble: ['403 /api/data'] },
  // Its news of the end never arrive: the server asks by itself.
  { client: 'published', isDeaf: true, trouble: [CLERK, '403 /api/data'] },
];

for (const { client, isDeaf = false, trouble } of WITH) {
  journey(`${client}: free, paid, canceled, free again${isDeaf ? ' without news of the end' : ''}`, async () => {
    const [server, browser] = await Promise.all([start(), launch()]);
    const app = await startApp(client, server.demo);
    try {
      await wholePromise(server, await visit(browser), app, { isDeaf, trouble });
    } finally {
      await Promise.all([server.stop(), browser.close(), app.stop()]);
    }
  });
}

async function wholePromise(server, visitor, app, { isDeaf, trouble }) {
  const email = server.freshEmail();
  const { page } = visitor;
  const { status, result, upgrade, use, billing } = partsOf(page);
  const told = (text) => result.filter({ hasText: text }).waitFor();
  const signedIn = (plan) => status.filter({ hasText: `Signed in as ${email} on ${plan}` }).waitFor();
  await signUp(page, app, email);
  await signedIn('free');
  await isSound(page);

  for (let count = 1; count <= 5; count += 1) {
    await press(use);
    await told(`${count} of 5 used`);
  }
  await press(use);
  await told('limit');

  await press(upgrade);
  await page.getByRole('heading', { name: 'Subscribe' }).waitFor();
  await isSound(page);
  await type(page.getByLabel('Card number'), '4242 4242 4242 4242');
  await page.keyboard.press('Enter');
  await signedIn('pro');
  assert.equal(page.url(), `${app.url}/home?tab=rain`);
  await press(use);
  await told('6 of 500 used');

  await press(billing);
  await page.getByRole('heading', { name: 'Billing' }).waitFor();
  await isSound(page);
  await press(page.getByRole('button', { name: 'Cancel plan' }));
  await page.getByRole('button', { name: 'Resume' }).waitFor();
  await page.getByText('Ends on').waitFor();
  await press(page.getByRole('link', { name: 'Return' }));
  await signedIn('pro');
  assert.equal(page.url(), `${app.url}/home?tab=rain`);

  const { customers } = server.backend();
  const [{ id }] = (await customers.list({ search: email })).customers;
  const canceling = await until('the cancellation is known', async () => {
    const explanation = await customers.explain(id);
    return explanation.status === 'canceling' && explanation;
  });
  assert.equal(canceling.plan, 'pro');
  await press(use);
  await told('7 of 500 used');

  if (isDeaf) await server.control('misbehave', { what: 'drop' });
  const left = Math.ceil((canceling.accessUntil - Date.now()) / 1000);
  assert.ok(left > 27 * DAY_SECONDS && left < 32 * DAY_SECONDS);
  await server.advance(left + DAY_SECONDS);
  await press(use);
  await told('1 of 5 used');
  const over = await customers.explain(id);
  assert.deepEqual([over.plan, over.status], ['free', 'canceled']);
  await visitor.leave(trouble);
}

async function signUp(page, app, email) {
  await page.goto(app.url);
  await press(partsOf(page).signUp);
  await page.getByRole('heading', { name: 'Sign up for Demo SaaS' }).waitFor();
  await isSound(page);
  await hasFocus(page.getByLabel('E-mail address'));
  await page.keyboard.type(email);
  await type(page.getByLabel('Password', { exact: true }), PASSWORD);
  await page.keyboard.press('Enter');
}
