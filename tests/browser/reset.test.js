// A forgotten password, by code and by link, with the keyboard alone.

import assert from 'node:assert/strict';
import { before } from 'node:test';

import { partsOf, startApp } from './app.js';
import { journey, launch, visit } from './browser.js';
import { hasFocus, press, type } from './keyboard.js';
import { PASSWORD, start } from './server.js';

const NEW_PASSWORD = 'other words together';

let server;
let browser;
let app;
before(async () => {
  [server, browser] = await Promise.all([start(), launch()]);
  app = await startApp('ours', server.demo);
});

journey('the code of the mail sets a password, and old sessions end', async () => {
  const old = await visit(browser);
  const email = await old.signUp(server);
  await old.page.goto(server.page('account', { redirect: app.url }));
  await old.page.getByText(email, { exact: true }).waitFor();

  const visitor = await visit(browser);
  const { page } = visitor;
  await askForMail(page, email);
  await page.getByRole('heading', { name: 'Check your mail' }).waitFor();
  await hasFocus(page.getByLabel('Six-digit code'));
  await page.keyboard.type(await server.code(email, 2));
  await type(page.getByLabel('New password', { exact: true }), NEW_PASSWORD);
  await page.keyboard.press('Enter');
  await partsOf(page)
    .status.filter({ hasText: `Signed in as ${email}` })
    .waitFor();

  await old.page.reload();
  await old.page.getByRole('heading', { name: 'Sign in to your Demo SaaS account' }).waitFor();
  await old.leave();
  await visitor.leave();
  await signsIn(email, PASSWORD, 'refused');
  await signsIn(email, NEW_PASSWORD, 'signed in');
});

journey('the link of the mail does, in another browser and once', async () => {
  const old = await visit(browser);
  const email = await old.signUp(server);
  const asking = await visit(browser);
  await askForMail(asking.page, email);
  await asking.page.getByRole('heading', { name: 'Check your mail' }).waitFor();
  await asking.leave();

  const visitor = await visit(browser);
  const { page } = visitor;
  const link = await server.link(email, 2);
  await page.goto(link);
  await page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
  await hasFocus(page.getByLabel('New password', { exact: true }));
  await page.keyboard.type('short');
  await page.keyboard.press('Enter');
  await page.getByText('Use at least 8 characters; this has 5.').waitFor();
  await hasFocus(page.getByLabel('New password', { exact: true }));
  await type(page.getByLabel('New password', { exact: true }), NEW_PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${app.url}/**`);

  await old.page.goto(server.page('account', { redirect: app.url }));
  await old.page.getByRole('heading', { name: 'Sign in to your Demo SaaS account' }).waitFor();
  await page.goto(link);
  await page.getByLabel('New password', { exact: true }).waitFor();
  await type(page.getByLabel('New password', { exact: true }), 'words of a thief');
  await page.keyboard.press('Enter');
  await page.getByText('The link no longer works').waitFor();
  await old.leave();
  await visitor.leave(['401 /auth/reset']);
  await signsIn(email, NEW_PASSWORD, 'signed in');
});

journey('an address without an account is answered alike, and gets no mail', async () => {
  const known = await (await visit(browser)).signUp(server);
  const texts = [];
  for (const email of [known, server.freshEmail('nobody')]) {
    const visitor = await visit(browser);
    await askForMail(visitor.page, email);
    await visitor.page.getByRole('heading', { name: 'Check your mail' }).waitFor();
    const text = await visitor.page.locator('body').innerText();
    texts.push(text.replaceAll(email, '…').replace(/\d+ s\b/, '… s'));
    await visitor.leave();
  }
  assert.equal(texts[0], texts[1]);
  assert.equal((await server.mails(known, 2)).length, 2);
});

/** From the app over its sign-in page to the mail. */
async function askForMail(page, email) {
  await page.goto(app.url);
  await press(partsOf(page).signIn);
  await press(page.getByRole('link', { name: 'Forgot your password?' }));
  await page.getByRole('heading', { name: 'Reset your password' }).waitFor();
  await hasFocus(page.getByLabel('E-mail address'));
  await page.keyboard.type(email);
  await page.keyboard.press('Enter');
}

async function signsIn(email, password, expected) {
  const body = { publishableKey: server.demo.saas.publishableKey, email, password };
  const answer = await fetch(`${server.url}/auth/sign-in`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: server.url },
    body: JSON.stringify(body),
  });
  assert.equal(answer.status, expected === 'refused' ? 401 : 200);
}
