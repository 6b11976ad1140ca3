// A developer on a fresh data directory, with the keyboard alone.

import assert from 'node:assert/strict';
import { before } from 'node:test';

import { journey, launch, visit } from './browser.js';
import { hasFocus, press, type } from './keyboard.js';
import { PASSWORD, start } from './server.js';

let server;
let browser;
before(async () => {
  [server, browser] = await Promise.all([start(), launch()]);
});

journey('a developer signs up on the first page, signs out and in again', async () => {
  const email = server.freshEmail('developer');
  const visitor = await visit(browser);
  const { page } = visitor;
  await page.goto(server.url);
  await press(page.getByRole('link', { name: 'Sign up' }));
  await signUp(page, email);
  await page.waitForURL(`${server.url}/`);
  await page.getByText(`You are signed in as ${email}`).waitFor();

  await press(page.getByRole('button', { name: 'Create platform ID' }));
  const id = page.getByText(/^plt_\w+$/);
  await id.waitFor();
  const made = await id.textContent();

  await press(page.getByRole('button', { name: 'Sign out' }));
  await page.getByRole('link', { name: 'Sign in' }).waitFor();
  await page.reload();
  await press(page.getByRole('link', { name: 'Sign in' }));
  await hasFocus(page.getByLabel('E-mail address'));
  await page.keyboard.type(email);
  await type(page.getByLabel('Password', { exact: true }), PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${server.url}/`);
  await page.getByText(`You are signed in as ${email}`).waitFor();
  assert.equal(await id.textContent(), made);
  // The page asks for an id that a new developer does not have yet.
  await visitor.leave(['404 /get-platform-id']);
});

/** From the empty form to the last digit of the code. */
async function signUp(page, email) {
  await page.getByRole('heading', { name: 'Sign up as a developer' }).waitFor();
  await hasFocus(page.getByLabel('E-mail address'));
  await page.keyboard.type(email);
  await type(page.getByLabel('Password', { exact: true }), PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Check your mail' }).waitFor();
  await hasFocus(page.getByLabel('Six-digit code'));
  await page.keyboard.type(await server.code(email));
  await page.keyboard.press('Enter');
}
