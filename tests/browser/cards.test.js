// Cards that do not simply pay: one is declined, one asks for 3-D Secure.

import assert from 'node:assert/strict';
import { before } from 'node:test';

import { isOn, partsOf, signInto, startApp } from './app.js';
import { isSound } from './axe.js';
import { journey, launch, visit } from './browser.js';
import { press, type } from './keyboard.js';
import { start } from './server.js';

const DECLINED = '4000 0000 0000 0002';
const SECURED = '4000 0025 0000 3155';

let server;
let browser;
let app;
before(async () => {
  [server, browser] = await Promise.all([start(), launch()]);
  app = await startApp('ours', server.demo);
});

/** Somebody at the checkout of the plan pro; answers their address. */
async function atCheckout(visitor) {
  const email = await signInto(app, server, visitor);
  const { page } = visitor;
  await press(partsOf(page).upgrade);
  await page.getByRole('heading', { name: 'Subscribe' }).waitFor();
  return email;
}

async function pay(page, card) {
  await type(page.getByLabel('Card number'), card);
  await page.keyboard.press('Enter');
}

journey('a declined card says so, and nothing is bought until another one pays', async () => {
  const visitor = await visit(browser);
  const { page } = visitor;
  const email = await atCheckout(visitor);
  const first = page.url();
  await pay(page, DECLINED);
  await page.getByRole('alert').filter({ hasText: 'Your card was declined.' }).waitFor();
  await isSound(page);
  assert.equal(await page.getByLabel('Card number').inputValue(), DECLINED);
  await press(page.getByRole('link', { name: 'Go back' }));
  await isOn(page, email, 'free');
  assert.equal(page.url(), `${app.url}/pricing`);

  await press(partsOf(page).upgrade);
  await page.getByRole('heading', { name: 'Subscribe' }).waitFor();
  await pay(page, '4242 4242 4242 4242');
  await isOn(page, email, 'pro');
  // The page that was left takes no second payment.
  await page.goto(first);
  await page.getByRole('heading', { name: 'This checkout is over' }).waitFor();
  await visitor.leave([`402 ${new URL(first).pathname}`]);
});

journey('3-D Secure: not confirmed nothing is bought, confirmed the plan is there', async () => {
  const visitor = await visit(browser);
  const { page } = visitor;
  const email = await atCheckout(visitor);
  await pay(page, SECURED);
  await page.getByRole('heading', { name: '3-D Secure' }).waitFor();
  await isSound(page);
  await press(page.getByRole('link', { name: 'Fail and go back' }));
  await page.getByRole('heading', { name: 'Subscribe' }).waitFor();
  await pay(page, SECURED);
  await page.getByRole('heading', { name: '3-D Secure' }).waitFor();
  await press(page.getByRole('button', { name: 'Complete' }));
  await isOn(page, email, 'pro');
  await press(partsOf(page).use);
  await partsOf(page).result.filter({ hasText: '1 of 500 used' }).waitFor();
  await visitor.leave();
});
