// Pages on a bad day: no scripts, slow scripts, a server that does not answer, impatient people.

import assert from 'node:assert/strict';
import { before } from 'node:test';

import { partsOf, startApp } from './app.js';
import { journey, launch, visit } from './browser.js';
import { hasFocus, press, type } from './keyboard.js';
import { PASSWORD, start, until } from './server.js';

const PAGES = ['signup', 'signin', 'account', 'refresh', 'reset', 'verify'];

let server;
let browser;
let app;
before(async () => {
  [server, browser] = await Promise.all([start(), launch()]);
  app = await startApp('ours', server.demo);
});

journey('without JavaScript every page says what is missing', async () => {
  const visitor = await visit(browser, { javaScriptEnabled: false });
  const { page } = visitor;
  for (const address of [server.url, ...PAGES.map((name) => server.page(name, { redirect: app.url }))]) {
    const answer = await page.goto(address);
    assert.equal(answer.status(), 200);
    await page.getByRole('heading', { name: 'This page needs JavaScript' }).waitFor();
    assert.match(await page.title(), address === server.url ? /dream-api/ : /Demo SaaS/);
  }
  // Chromium's word for scripts that it was told not to load.
  const blocked = /^failed \/assets-web\/[\w-]+\.js csp$/;
  assert.deepEqual(
    visitor.trouble.splice(0).filter((told) => !blocked.test(told)),
    [],
  );
  await visitor.leave();
});

journey('with scripts that come late the page works when they are there', async () => {
  const visitor = await visit(browser);
  const { page } = visitor;
  let arrive;
  const arrived = new Promise((resolve) => (arrive = resolve));
  await page.route('**/assets-web/*.js', (route) => arrived.then(() => route.continue()));
  await page.goto(server.page('signin', { redirect: app.url }), { waitUntil: 'commit' });
  assert.match(await page.title(), /Demo SaaS/);
  assert.equal(await page.getByRole('textbox').count(), 0);
  arrive();
  await hasFocus(page.getByLabel('E-mail address'));
  await page.keyboard.type(await (await visit(browser)).signUp(server));
  await type(page.getByLabel('Password', { exact: true }), PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.origin === app.url);
  await visitor.leave();
});

journey('Enter pressed twice sends one call', async () => {
  const visitor = await visit(browser);
  const { page } = visitor;
  const held = [];
  await page.route('**/auth/sign-up', (route) => held.push(route));
  const email = server.freshEmail();
  await page.goto(server.page('signup', { redirect: app.url }));
  await hasFocus(page.getByLabel('E-mail address'));
  await page.keyboard.type(email);
  await type(page.getByLabel('Password', { exact: true }), PASSWORD);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await page.locator('form[aria-busy=true]').waitFor();
  await page.keyboard.press('Enter');
  await until('the call is sent', () => held.length > 0);
  await held[0].continue();
  await page.waitForURL((url) => url.origin === app.url);
  assert.equal(held.length, 1);
  await visitor.leave();
});

journey('when the server cannot be reached, what was typed stays and the next try works', async () => {
  const visitor = await visit(browser);
  const { page } = visitor;
  const email = await (await visit(browser)).signUp(server);
  const button = page.getByRole('button', { name: 'Sign in', exact: true });
  await page.goto(server.page('signin', { redirect: app.url }));
  await hasFocus(page.getByLabel('E-mail address'));
  await page.keyboard.type(email);
  await type(page.getByLabel('Password', { exact: true }), PASSWORD);
  await visitor.context.setOffline(true);
  await press(button);
  await page.getByRole('alert').filter({ hasText: 'The server could not be reached.' }).waitFor();
  assert.equal(await page.getByLabel('E-mail address').inputValue(), email);
  await visitor.context.setOffline(false);
  await press(button);
  await page.waitForURL((url) => url.origin === app.url);
  await visitor.leave(['failed /auth/sign-in net::ERR_INTERNET_DISCONNECTED']);
});

journey('the sign-in page is not left behind in the history', async () => {
  const visitor = await visit(browser);
  const { page } = visitor;
  const email = await visitor.signUp(server);
  await page.goto(app.url);
  await partsOf(page).signIn.click();
  await page.getByRole('button', { name: `Continue as ${email}` }).click();
  const signedIn = partsOf(page).status.filter({ hasText: `Signed in as ${email}` });
  await signedIn.waitFor();
  assert.equal(page.url(), `${app.url}/home?tab=rain`);
  await page.goBack();
  assert.equal(page.url(), `${app.url}/`);
  await signedIn.waitFor();
  await visitor.leave();
});

journey('an account page whose session has ended says so', async () => {
  const visitor = await visit(browser);
  const { page } = visitor;
  await visitor.signUp(server);
  await page.goto(server.page('account', { redirect: app.url }));
  await page.getByLabel('First name').fill('Ada');
  await visitor.post(server, '/auth/sign-out', { publishableKey: server.demo.saas.publishableKey });
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('You are no longer signed in.').waitFor();
  await visitor.leave(['401 /auth/account/profile']);
});
