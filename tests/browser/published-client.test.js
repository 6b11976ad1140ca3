// An end user of an app that uses @dream-api/sdk 0.1.38, as it is on npm, with the keyboard alone.

import assert from 'node:assert/strict';
import { before } from 'node:test';

import { partsOf, startApp } from './app.js';
import { journey, launch, visit } from './browser.js';
import { hasFocus, press, tabTo, type } from './keyboard.js';
import { PASSWORD, start } from './server.js';

/** What this client loads by itself in test mode when nobody is signed in; the name is never looked up. */
const CLERK = 'foreign https://cdn.jsdelivr.net/npm/@clerk/clerk-js@5.118.0/dist/clerk.browser.js';

let server;
let browser;
let app;
before(async () => {
  [server, browser] = await Promise.all([start(), launch()]);
  app = await startApp('published', server.demo);
});

journey('somebody signs up, reloads, uses the app and signs out', async () => {
  const email = server.freshEmail();
  const visitor = await visit(browser);
  const { page } = visitor;
  const { status, result, signUp, use, signOut } = partsOf(page);
  await page.goto(app.url);
  await status.filter({ hasText: 'Signed out' }).waitFor();

  await press(signUp);
  await page.getByRole('heading', { name: 'Sign up for Demo SaaS' }).waitFor();
  await hasFocus(page.getByLabel('E-mail address'));
  await page.keyboard.type(email);
  await type(page.getByLabel('Password', { exact: true }), PASSWORD);
  await page.keyboard.press('Enter');
  await status.filter({ hasText: `Signed in as ${email} on free` }).waitFor();
  assert.equal(page.url(), `${app.url}/home?tab=rain`);
  const token = await page.evaluate(() => localStorage.getItem('dream_api_jwt'));
  const { azp } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
  assert.equal(azp, app.url);

  await page.reload();
  await status.filter({ hasText: `Signed in as ${email}` }).waitFor();
  await press(use);
  await result.filter({ hasText: '1 of 5 used' }).waitFor();

  await press(signOut);
  await status.filter({ hasText: 'Signed out' }).waitFor();
  await page.reload();
  await status.filter({ hasText: 'Signed out' }).waitFor();
  await tabTo(signUp);
  await visitor.leave([CLERK, CLERK]);
});

journey('somebody who was here before signs in, after a wrong password', async () => {
  const email = server.freshEmail();
  await (await visit(browser)).signUp(server, { email });
  const visitor = await visit(browser);
  const { page } = visitor;
  const { status, signIn } = partsOf(page);
  const password = page.getByLabel('Password', { exact: true });
  await page.goto(app.url);
  await status.filter({ hasText: 'Signed out' }).waitFor();
  await press(signIn);
  await hasFocus(page.getByLabel('E-mail address'));
  await page.keyboard.type(email);
  await type(password, 'not this one');
  await page.keyboard.press('Enter');
  await page.getByText('The e-mail address or the password is wrong.').waitFor();
  await hasFocus(password);
  assert.equal(await page.getByLabel('E-mail address').inputValue(), email);
  await type(password, PASSWORD);
  await page.keyboard.press('Enter');
  await status.filter({ hasText: `Signed in as ${email}` }).waitFor();
  assert.equal(page.url(), `${app.url}/home?tab=rain`);
  await visitor.leave([CLERK, '401 /auth/sign-in']);
});
