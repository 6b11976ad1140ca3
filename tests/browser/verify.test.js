// A project whose people show that their address is theirs before they sign in for the first time.

import assert from 'node:assert/strict';
import { before } from 'node:test';

import { partsOf, startApp } from './app.js';
import { journey, launch, visit } from './browser.js';
import { hasFocus, press } from './keyboard.js';
import { PASSWORD, start } from './server.js';

let server;
let browser;
let app;
before(async () => {
  [server, browser] = await Promise.all([start(), launch()]);
  const { publishableKey } = server.demo.saas;
  await server.asDeveloper('POST', '/projects/settings', { publishableKey, emailVerification: 'required' });
  app = await startApp('ours', server.demo);
});

journey('a new address and a taken one are answered with the same page', async () => {
  const taken = server.freshEmail();
  const first = await visit(browser);
  await signUp(first.page, taken);
  await enter(first.page, await server.code(taken));
  await partsOf(first.page).status.filter({ hasText: taken }).waitFor();
  await first.leave();

  const texts = [];
  for (const email of [taken, server.freshEmail()]) {
    const visitor = await visit(browser);
    await signUp(visitor.page, email);
    const text = await visitor.page.locator('body').innerText();
    texts.push(text.replaceAll(email, '…').replace(/\d+ s\b/, '… s'));
    await visitor.leave();
  }
  assert.equal(texts[0], texts[1]);
  const [{ text }] = await server.mails(taken, 2);
  assert.match(text, /account/i);
  assert.doesNotMatch(text, /\b\d{6}\b/);
});

journey('a wrong code is said under its field, and a pasted one signs in', async () => {
  const email = server.freshEmail();
  const visitor = await visit(browser, { permissions: ['clipboard-read', 'clipboard-write'] });
  const { page } = visitor;
  await signUp(page, email);
  const field = page.getByLabel('Six-digit code');
  const code = await server.code(email);
  const wrong = code === '111111' ? '222222' : '111111';
  for (const [typed, words] of [
    ['', 'Enter the code from the mail.'],
    ['123', 'The code has 6 digits; this has 3.'],
    [wrong, 'This code is wrong, used or too old.'],
  ]) {
    await page.keyboard.press('Control+A');
    await page.keyboard.type(typed);
    await page.keyboard.press('Enter');
    await page.getByText(words).waitFor();
    await hasFocus(field);
    assert.equal(await field.inputValue(), typed);
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    assert.match(await described(field), new RegExp(words.slice(0, 20)));
  }
  await paste(page, ` ${code.slice(0, 3)} ${code.slice(3)}\n`);
  await page.keyboard.press('Enter');
  await partsOf(page)
    .status.filter({ hasText: `Signed in as ${email}` })
    .waitFor();
  await visitor.leave(['401 /auth/verify']);
});

journey('five wrong codes end the code, and signing up again sends another', async () => {
  const email = server.freshEmail();
  const visitor = await visit(browser);
  const { page } = visitor;
  await signUp(page, email);
  const code = await server.code(email);
  const wrong = code === '111111' ? '222222' : '111111';
  for (let tries = 0; tries < 5; tries += 1) await refused(page, wrong);
  await refused(page, code);
  await signUp(page, email);
  await enter(page, await server.code(email, 2));
  await partsOf(page).status.filter({ hasText: email }).waitFor();
  await visitor.leave(Array(6).fill('401 /auth/verify'));
});

journey('a new code can be asked for when the page says so, and the server has the last word', async () => {
  const visitor = await visit(browser);
  const { page } = visitor;
  await page.clock.install();
  await signUp(page, server.freshEmail());
  await page.getByText('You can ask for a new code in').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Send a new code' }).count(), 0);
  await page.clock.runFor(61_000);
  await press(page.getByRole('button', { name: 'Send a new code' }));
  // The clock of the page is a minute ahead of that of the server.
  await page.getByText('Too many tries').waitFor();
  await page.getByText('You can ask for a new code in').waitFor();
  await visitor.leave(['429 /auth/resend']);
});

journey('who signed up before addresses had to be confirmed does so when signing in', async () => {
  const publishableKey = await server.project('Later');
  const before = await visit(browser);
  const email = await before.signUp(server, { publishableKey });
  await before.leave();
  await server.asDeveloper('POST', '/projects/settings', { publishableKey, emailVerification: 'required' });
  const visitor = await visit(browser);
  const { page } = visitor;
  await page.goto(server.page('signin', { pk: publishableKey, redirect: app.url }));
  await signIn(page, email);
  await page.getByRole('heading', { name: 'Confirm your e-mail address' }).waitFor();
  await enter(page, await server.code(email, 2));
  await page.waitForURL((url) => url.origin === app.url);
  await visitor.leave();
});

journey('the link of the mail signs in where it was asked for, once', async () => {
  const email = server.freshEmail();
  const visitor = await visit(browser);
  const { page } = visitor;
  await signUp(page, email);
  const link = await server.link(email);
  const tab = await visitor.context.newPage();
  await tab.goto(link);
  await press(tab.getByRole('button', { name: 'Confirm e-mail address' }));
  await partsOf(tab)
    .status.filter({ hasText: `Signed in as ${email}` })
    .waitFor();
  await tab.goto(link);
  await press(tab.getByRole('button', { name: 'Confirm e-mail address' }));
  await tab.getByRole('heading', { name: 'This link no longer works' }).waitFor();
  await visitor.leave(['401 /auth/verify']);
});

journey('in another browser the link asks for the password as well', async () => {
  const email = server.freshEmail();
  const asking = await visit(browser);
  await signUp(asking.page, email);
  const visitor = await visit(browser);
  const { page } = visitor;
  const password = page.getByLabel('Password', { exact: true });
  await page.goto(await server.link(email));
  await press(page.getByRole('button', { name: 'Confirm e-mail address' }));
  await page.getByRole('heading', { name: 'Enter your password' }).waitFor();
  await hasFocus(password);
  await page.keyboard.type('not this one');
  await page.keyboard.press('Enter');
  await page.locator('[aria-invalid=true]').waitFor();
  await hasFocus(password);
  await page.keyboard.press('Control+A');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.origin === app.url);
  await page.goto(server.page('account', { redirect: app.url }));
  await page.getByText(`Signed in to Demo SaaS as ${email}`).waitFor();
  await visitor.leave(['403 /auth/verify', '403 /auth/verify']);
  await asking.leave();
});

journey('a test address needs no mail', async () => {
  const visitor = await visit(browser);
  const { page } = visitor;
  await signUp(page, 'jane+clerk_test@example.com');
  await page.getByText('its code is 424242').waitFor();
  await enter(page, '424242');
  await partsOf(page).status.filter({ hasText: 'jane+clerk_test@example.com' }).waitFor();
  await visitor.leave();
});

/** From the app to the page that asks for the code. */
async function signUp(page, email) {
  await page.goto(app.url);
  await press(partsOf(page).signUp);
  await hasFocus(page.getByLabel('E-mail address'));
  await page.keyboard.type(email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Check your mail' }).waitFor();
  await hasFocus(page.getByLabel('Six-digit code'));
}

async function signIn(page, email) {
  await hasFocus(page.getByLabel('E-mail address'));
  await page.keyboard.type(email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
}

async function enter(page, code) {
  await hasFocus(page.getByLabel('Six-digit code'));
  await page.keyboard.press('Control+A');
  await page.keyboard.type(code);
  await page.keyboard.press('Enter');
}

async function refused(page, code) {
  const answer = page.waitForResponse((response) => response.url().endsWith('/auth/verify'));
  await enter(page, code);
  assert.equal((await answer).status(), 401);
  await page.locator('form[aria-busy=false]').waitFor();
  await hasFocus(page.getByLabel('Six-digit code'));
}

/** Pastes a text over what is in the field with the focus. */
async function paste(page, text) {
  await page.evaluate((text) => navigator.clipboard.writeText(text), text);
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Control+V');
}

/** What a screen reader says of a field besides its name. */
function described(field) {
  return field.evaluate((element) =>
    (element.getAttribute('aria-describedby') ?? '')
      .split(' ')
      .map((id) => document.getElementById(id)?.textContent)
      .join(' '),
  );
}
