// Signing in with an account elsewhere: an OpenID Connect issuer that somebody else wrote.

import assert from 'node:assert/strict';
import { before } from 'node:test';

import { partsOf, startApp } from './app.js';
import { journey, launch, visit } from './browser.js';
import { BUTTON, CANCEL, FAIL, PERSON, start as startIssuer } from './oidc.js';
import { start } from './server.js';

let server;
let browser;
let app;
let issuer;
before(async () => {
  [server, browser] = await Promise.all([start(), launch()]);
  app = await startApp('ours', server.demo);
  issuer = await startIssuer({ redirectUris: [`${server.url}/auth/callback/acme`] });
  const { issuer: url, clientId, clientSecret } = issuer;
  const { publishableKey } = server.demo.saas;
  const acme = { publishableKey, id: 'acme', name: 'Acme', issuer: url, clientId, clientSecret };
  await server.asDeveloper('POST', '/projects/providers', acme);
});

journey('somebody signs in with the provider, and is known the second time', async () => {
  const visitor = await visit(browser);
  const { page } = visitor;
  const { status, result, signIn, signUp, signOut } = partsOf(page);
  const signedIn = status.filter({ hasText: `Signed in as ${PERSON.email} on free` });
  await page.goto(app.url);
  await signUp.click();
  await page.getByRole('link', { name: 'Continue with Acme' }).click();
  await page.getByRole('button', { name: BUTTON }).click();
  await signedIn.waitFor();
  assert.equal(page.url(), `${app.url}/home?tab=rain`);
  const first = await userOf(page);
  assert.equal(first.emailVerified, true);

  await signOut.click();
  await result.filter({ hasText: 'Session ended' }).waitFor();
  await signIn.click();
  await page.getByRole('link', { name: 'Continue with Acme' }).click();
  await signedIn.waitFor();
  assert.equal((await userOf(page)).id, first.id);

  await page.goto(server.page('account', { redirect: app.url }));
  const connected = page.getByRole('region', { name: 'Connected accounts' });
  await connected.getByText('Acme', { exact: true }).waitFor();
  await connected.getByText(PERSON.email).waitFor();
  await page.getByRole('button', { name: 'Set password' }).waitFor();
  await visitor.leave();
});

for (const [button, words] of [
  // Changing one's mind is no error: the page says nothing of it.
  [CANCEL, 'Continue with Acme'],
  [FAIL, 'Signing in with the other account did not work.'],
]) {
  journey(`somebody who presses ${button} at the provider is back, and may try again`, async () => {
    const visitor = await visit(browser);
    const { page } = visitor;
    await toProvider(page);
    await page.getByRole('button', { name: button }).click();
    await page.getByText(words).waitFor();
    const { pathname, origin, searchParams } = new URL(page.url());
    assert.equal(origin + pathname, `${server.url}/signin`);
    assert.equal(searchParams.get('redirect'), `${app.url}/home?tab=rain`);

    // What the app sent along is still there: the next try comes through.
    await page.getByRole('link', { name: 'Continue with Acme' }).click();
    await page.getByRole('button', { name: BUTTON }).click();
    await partsOf(page)
      .status.filter({ hasText: `Signed in as ${PERSON.email}` })
      .waitFor();
    await visitor.leave();
  });
}

journey('an answer of the provider that comes to another browser signs nobody in', async () => {
  const visitor = await visit(browser);
  const { page } = visitor;
  await toProvider(page);
  const answer = await answerOf(visitor.context, page.url());
  const other = await visit(browser);
  await other.page.goto(answer);
  await other.page.getByText('Signing in took too long, or was begun in another window.').waitFor();
  const { user } = await other.post(server, '/auth/session', { publishableKey: server.demo.saas.publishableKey });
  assert.equal(user, null);
  await other.leave();

  // The one who began is not kept from ending it.
  await page.goto(answer);
  await partsOf(page)
    .status.filter({ hasText: `Signed in as ${PERSON.email}` })
    .waitFor();
  await visitor.leave();
});

/** From the app to the page of the provider. */
async function toProvider(page) {
  await page.goto(app.url);
  await partsOf(page).signIn.click();
  await page.getByRole('link', { name: 'Continue with Acme' }).click();
  await page.getByRole('button', { name: BUTTON }).waitFor();
}

/** The address the provider sends the person back to, who does not go there. */
async function answerOf({ request }, page) {
  let answer = await request.post(page, { maxRedirects: 0 });
  let next = new URL(answer.headers().location, page).href;
  while (!next.startsWith(server.url)) {
    answer = await request.get(next, { maxRedirects: 0 });
    next = new URL(answer.headers().location, next).href;
  }
  return next;
}

/** Who is signed in at the app. */
function userOf(page) {
  const key = `dream_session_${server.demo.saas.publishableKey}`;
  return page.evaluate((key) => JSON.parse(localStorage.getItem(key)).user, key);
}
