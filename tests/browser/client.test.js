// An end user of an app that uses dream-sdk: codes, renewal, several tabs. With the keyboard alone.

import assert from 'node:assert/strict';
import { before } from 'node:test';

import { partsOf, startApp } from './app.js';
import { journey, launch, visit } from './browser.js';
import { hasFocus, press, type } from './keyboard.js';
import { PASSWORD, start } from './server.js';

/** So short that a token is to be renewed after a second. */
const SETTINGS = { DREAM_TOKENS_ACCESS_TOKEN_SECONDS: '2' };

let server;
let browser;
let app;
before(async () => {
  [server, browser] = await Promise.all([start(SETTINGS), launch()]);
  app = await startApp('ours', server.demo);
});

journey('somebody signs up with a code, stays signed in, and signs out everywhere', async () => {
  const email = server.freshEmail();
  const visitor = await visit(browser);
  const { page } = visitor;
  const { status, result, signUp, use, signOut } = partsOf(page);
  const addresses = addressesOf(page);
  await page.goto(app.url);
  await press(signUp);
  await hasFocus(page.getByLabel('E-mail address'));
  await page.keyboard.type(email);
  await type(page.getByLabel('Password', { exact: true }), PASSWORD);
  await page.keyboard.press('Enter');
  await status.filter({ hasText: `Signed in as ${email} on free` }).waitFor();
  assert.equal(page.url(), `${app.url}/home?tab=rain`);
  const cameBack = addresses.find((address) => address.startsWith(`${app.url}/home`));
  assert.match(cameBack, /[?&]code=/);
  assert.ok(!addresses.some((address) => address.includes('__clerk_jwt')), 'a token was in the address');

  const first = await kept(page);
  await page.waitForFunction((when) => Date.now() > when, first.renewAt);
  await page.reload();
  await status.filter({ hasText: `Signed in as ${email}` }).waitFor();
  await press(use);
  await result.filter({ hasText: '1 of 5 used' }).waitFor();
  const second = await kept(page);
  assert.notEqual(second.token, first.token);
  assert.notEqual(second.refresh.token, first.refresh.token);

  const other = await visitor.context.newPage();
  await other.goto(`${app.url}/other`);
  await partsOf(other)
    .status.filter({ hasText: `Signed in as ${email}` })
    .waitFor();
  await page.bringToFront();
  await press(signOut);
  await status.filter({ hasText: 'Signed out' }).waitFor();
  await result.filter({ hasText: 'Session ended' }).waitFor();
  await partsOf(other).status.filter({ hasText: 'Signed out' }).waitFor();
  assert.equal(await kept(other), null);

  // The session of the hosted pages is the same one: nobody is offered to go on with it.
  await page.goto(server.page('signin', { redirect: app.url }));
  await page.getByRole('heading', { name: 'Sign in to Demo SaaS' }).waitFor();
  await hasFocus(page.getByLabel('E-mail address'));
  await visitor.leave();
});

journey('somebody signed in at the pages goes on with one key, or as another person', async () => {
  const visitor = await visit(browser);
  const email = await visitor.signUp(server);
  const { page } = visitor;
  const { status, result, signIn, signOut } = partsOf(page);
  await page.goto(app.url);
  await press(signIn);
  await press(page.getByRole('button', { name: `Continue as ${email}` }));
  await status.filter({ hasText: `Signed in as ${email}` }).waitFor();
  await press(signOut);
  await result.filter({ hasText: 'Session ended' }).waitFor();

  const next = await visitor.signUp(server);
  const third = await (await visit(browser)).signUp(server);
  await press(signIn);
  await page.getByRole('button', { name: `Continue as ${next}` }).waitFor();
  await press(page.getByRole('button', { name: 'Use another account' }));
  await hasFocus(page.getByLabel('E-mail address'));
  await page.keyboard.type(third);
  await type(page.getByLabel('Password', { exact: true }), PASSWORD);
  await page.keyboard.press('Enter');
  await status.filter({ hasText: `Signed in as ${third}` }).waitFor();
  await visitor.leave();
});

journey('a code that comes back to another browser signs nobody in', async () => {
  const visitor = await visit(browser);
  const { page } = visitor;
  await visitor.signUp(server);
  await page.route(`${app.url}/home*`, (route) => route.fulfill({ contentType: 'text/html', body: 'Not the app' }));
  await page.goto(app.url);
  await press(partsOf(page).signIn);
  const [stolen] = await Promise.all([
    page.waitForRequest(`${app.url}/home*`),
    press(page.getByRole('button', { name: /^Continue as/ })),
  ]);
  const other = await visit(browser);
  await other.page.goto(stolen.url());
  await partsOf(other.page).status.filter({ hasText: 'Signed out' }).waitFor();
  assert.equal(other.page.url(), `${app.url}/home?tab=rain`);
  await other.leave();
  await visitor.leave();
});

/** The addresses the page goes to, as they come. */
function addressesOf(page) {
  const addresses = [];
  page.on('framenavigated', (frame) => addresses.push(frame.url()));
  return addresses;
}

/** The sign-in as our client keeps it. */
function kept(page) {
  const key = `dream_session_${server.demo.saas.publishableKey}`;
  return page.evaluate((key) => JSON.parse(localStorage.getItem(key)), key);
}
