// /account: name, password, address, other sessions, deletion, and the way back.

import assert from 'node:assert/strict';
import { before } from 'node:test';

import { partsOf, startApp } from './app.js';
import { journey, launch, visit } from './browser.js';
import { hasFocus } from './keyboard.js';
import { PASSWORD, start } from './server.js';

const NEW_PASSWORD = 'other words together';

let server;
let browser;
let app;
before(async () => {
  [server, browser] = await Promise.all([start(), launch()]);
  app = await startApp('ours', server.demo);
});

journey('a name is changed and stays', async () => {
  const { visitor, page, email } = await atAccount();
  const section = page.getByRole('region', { name: 'Profile' });
  await section.getByLabel('First name').fill('Ada');
  await section.getByLabel('Last name').fill('Lovelace ☂');
  await section.getByRole('button', { name: 'Save' }).click();
  await section.getByText('Saved.').waitFor();
  await page.reload();
  assert.equal(await section.getByLabel('First name').inputValue(), 'Ada');
  assert.equal(await section.getByLabel('Last name').inputValue(), 'Lovelace ☂');
  await page.getByText(`Signed in to Demo SaaS as ${email}`).waitFor();
  await visitor.leave();
});

journey('the password is changed with the right one, and other devices are signed out', async () => {
  const { visitor, page, email } = await atAccount();
  const other = await signedIn(email);
  const section = page.getByRole('region', { name: 'Password' });
  const current = section.getByLabel('Current password');
  await current.fill('not this one');
  await section.getByLabel('New password').fill(NEW_PASSWORD);
  await section.getByRole('button', { name: 'Change password' }).click();
  await section.getByText('This is not your password.').waitFor();
  await hasFocus(current);
  assert.equal(await current.getAttribute('aria-invalid'), 'true');
  assert.equal(await section.getByLabel('New password').inputValue(), NEW_PASSWORD);

  await current.fill(PASSWORD);
  await section.getByRole('button', { name: 'Change password' }).click();
  await section.getByText('Your password is changed.').waitFor();
  assert.equal(await current.inputValue(), '');
  await other.page.goto(server.page('account'));
  await other.page.getByRole('heading', { name: 'Sign in to your Demo SaaS account' }).waitFor();
  await signIn(other.page, email, NEW_PASSWORD);
  await other.page.getByRole('heading', { name: 'Your account' }).waitFor();
  await other.leave();
  await visitor.leave(['403 /auth/account/password']);
});

journey('the address is changed with the code that went to the new one', async () => {
  const { visitor, page, email } = await atAccount();
  const next = server.freshEmail('next');
  const section = page.getByRole('region', { name: 'E-mail address' });
  await section.getByRole('button', { name: 'Change address' }).click();
  await hasFocus(section.getByLabel('New e-mail address'));
  await section.getByLabel('New e-mail address').fill(next);
  await section.getByLabel('Your password').fill('not this one');
  await section.getByRole('button', { name: 'Send code' }).click();
  await section.getByText('This is not your password.').waitFor();
  await hasFocus(section.getByLabel('Your password'));
  await section.getByLabel('Your password').fill(PASSWORD);
  await section.getByRole('button', { name: 'Send code' }).click();
  await hasFocus(section.getByLabel('Six-digit code'));
  await page.keyboard.type(await server.code(next));
  await page.keyboard.press('Enter');
  await section.getByText('Your address is changed.').waitFor();
  await page.getByText(`Signed in to Demo SaaS as ${next}`).waitFor();
  await section.getByText('Confirmed', { exact: true }).waitFor();
  const [told] = await server.mails(email, 2);
  assert.match(told.text, new RegExp(next.replace(/[.-]/g, '\\$&')));
  await visitor.leave(['403 /auth/account/email']);
});

journey('another device is signed out, then all of them', async () => {
  const { visitor, page, email } = await atAccount();
  const others = [await signedIn(email), await signedIn(email)];
  await page.reload();
  const section = page.getByRole('region', { name: 'Where you are signed in' });
  const rows = section.getByRole('listitem');
  await rows.nth(2).waitFor();
  await rows.filter({ hasText: 'This device' }).waitFor();
  await rows.nth(1).getByRole('button').click();
  await section.getByText('Signed out:').waitFor();
  assert.equal(await rows.count(), 2);
  const left = [];
  for (const other of others) {
    await other.page.goto(server.page('account'));
    const account = other.page.getByRole('heading', { name: 'Your account' });
    await account.or(other.page.getByRole('heading', { name: /^Sign in to your/ })).waitFor();
    left.push(await account.isVisible());
  }
  assert.deepEqual(left.toSorted(), [false, true]);

  await section.getByRole('button', { name: 'Sign out everywhere' }).click();
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
  for (const device of [visitor, ...others]) {
    await device.page.goto(server.page('account'));
    await device.page.getByRole('heading', { name: /^Sign in to your/ }).waitFor();
    await device.leave();
  }
});

journey('the account is deleted after a dialog, and no one can sign in to it', async () => {
  const { visitor, page, email } = await atAccount();
  const open = page.getByRole('region', { name: 'Delete account' }).getByRole('button');
  const dialog = page.getByRole('dialog');
  await open.click();
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await hasFocus(open);

  await open.click();
  await dialog.getByLabel('Your e-mail address').fill('somebody@else.example');
  await dialog.getByLabel('Your password').fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Delete account' }).click();
  await hasFocus(dialog.getByLabel('Your e-mail address'));
  assert.equal(await dialog.getByLabel('Your e-mail address').getAttribute('aria-invalid'), 'true');
  await dialog.getByLabel('Your e-mail address').fill(email);
  await dialog.getByLabel('Your password').fill('not this one');
  await dialog.getByRole('button', { name: 'Delete account' }).click();
  await dialog.getByText('This is not your password.').waitFor();
  await hasFocus(dialog.getByLabel('Your password'));
  await dialog.getByLabel('Your password').fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Delete account' }).click();
  await page.getByRole('heading', { name: 'Your account is deleted' }).waitFor();
  await page.getByRole('link', { name: 'Back to Demo SaaS' }).click();
  await partsOf(page).status.filter({ hasText: 'Signed out' }).waitFor();

  await page.goto(server.page('signin', { redirect: app.url }));
  await signIn(page, email, PASSWORD);
  await page.getByText('The e-mail address or the password is wrong.').waitFor();
  await visitor.leave(['403 /auth/account/delete', '401 /auth/sign-in']);
});

journey('the way back leads to the app, and nobody gets in who is signed out', async () => {
  const { visitor, page } = await atAccount();
  await page.getByRole('link', { name: 'Back to Demo SaaS' }).click();
  await page.waitForURL(`${app.url}/settings`);
  await visitor.leave();

  const stranger = await visit(browser);
  await stranger.page.goto(server.page('account', { redirect: app.url }));
  await stranger.page.getByRole('heading', { name: 'Sign in to your Demo SaaS account' }).waitFor();
  assert.equal(await stranger.page.getByRole('button', { name: 'Delete account' }).count(), 0);
  await stranger.leave();
});

/** Somebody new at the account page. */
async function atAccount() {
  const visitor = await visit(browser);
  const email = await visitor.signUp(server);
  const { page } = visitor;
  await page.goto(server.page('account', { redirect: `${app.url}/settings` }));
  await page.getByText(`Signed in to Demo SaaS as ${email}`).waitFor();
  return { visitor, page, email };
}

/** The same person in another browser. */
async function signedIn(email) {
  const visitor = await visit(browser);
  const { publishableKey } = server.demo.saas;
  await visitor.post(server, '/auth/sign-in', { publishableKey, email, password: PASSWORD });
  return visitor;
}

async function signIn(page, email, password) {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}
