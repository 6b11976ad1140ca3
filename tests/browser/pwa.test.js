// The dashboard as an app: it can be installed, says so when the server cannot be reached, and keeps nothing that
// belongs to somebody.

import assert from 'node:assert/strict';
import { before } from 'node:test';

import { isSound } from './axe.js';
import { journey, launch, visit } from './browser.js';
import { start, until } from './server.js';
import { developer } from './states.js';

let server;
let browser;
before(async () => {
  [server, browser] = await Promise.all([start(), launch()]);
});

journey('the manifest says what browsers ask of an app, and every icon is of its size', async () => {
  const answer = await fetch(`${server.url}/manifest.webmanifest`);
  assert.equal(answer.headers.get('content-type'), 'application/manifest+json');
  assert.equal(answer.headers.get('cache-control'), 'no-cache');
  const { name, short_name, start_url, display, theme_color, background_color, icons } = await answer.json();
  assert.deepEqual([start_url, display], ['/dashboard', 'standalone']);
  assert.ok(name && short_name.length <= 12);
  for (const colour of [theme_color, background_color]) assert.match(colour, /^#[0-9a-f]{6}$/);
  assert.deepEqual(
    icons.map(({ sizes, purpose }) => `${sizes} ${purpose}`),
    ['192x192 any', '512x512 any', '512x512 maskable'],
  );
  for (const { src, type, sizes } of icons) {
    const icon = await fetch(server.url + src);
    assert.deepEqual([icon.status, icon.headers.get('content-type')], [200, type]);
    assert.match(icon.headers.get('cache-control'), /immutable/);
    assert.equal(sizeOf(Buffer.from(await icon.arrayBuffer())), sizes);
  }
});

journey('the browser finds nothing wrong with the app', async () => {
  const { visitor, page } = await atDashboard();
  const devtools = await visitor.context.newCDPSession(page);
  const { errors, url } = await devtools.send('Page.getAppManifest');
  assert.deepEqual([errors, url], [[], `${server.url}/manifest.webmanifest`]);
  const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
  // A window without a profile never installs anything.
  const found = installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito');
  assert.deepEqual(found, []);
  await visitor.leave();
});

journey('the worker is the dashboard’s alone: no page for users of projects registers it', async () => {
  const answer = await fetch(`${server.url}/sw.js`);
  assert.equal(answer.headers.get('content-type'), 'text/javascript; charset=utf-8');
  assert.equal(answer.headers.get('cache-control'), 'no-cache');
  const visitor = await visit(browser);
  const { page } = visitor;
  for (const address of [
    server.url,
    server.page('signup', { redirect: 'http://localhost:3000/' }),
    server.page('pricing'),
  ]) {
    await page.goto(address);
    await page.getByRole('heading', { level: 1 }).waitFor();
    assert.deepEqual([await scopes(page), await page.locator('link[rel=manifest]').count()], [[], 0]);
  }
  await page.goto(`${server.url}/dashboard`);
  await working(page);
  assert.deepEqual(await scopes(page), [`${server.url}/dashboard`]);
  await visitor.leave();
});

journey('without a connection a reload says so, and with one the dashboard is back', async () => {
  const { visitor, page, publishableKey } = await atDashboard();
  await visitor.context.setOffline(true);
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'You are offline' }).waitFor();
  await isSound(page);
  assert.equal(await page.getByText('Tides').count(), 0);
  await visitor.context.setOffline(false);
  await page.getByRole('link', { name: 'Try again' }).click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  // Which of the two is noted first is up to the browser.
  visitor.trouble.sort();
  const path = `/dashboard/${publishableKey}`;
  await visitor.leave([`503 ${path}`, `failed ${path} net::ERR_INTERNET_DISCONNECTED`]);
});

journey('what is kept are the files of the pages, and nothing of an account', async () => {
  const { visitor, page, email, publishableKey } = await atDashboard();
  for (const place of ['customers', 'plans', 'developers']) {
    await page.goto(`${server.url}/dashboard/${publishableKey}/${place}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
  }
  const kept = await page.evaluate(everythingKept);
  assert.ok(kept.length > 0);
  for (const { url, text } of kept) {
    assert.match(url, /^\/assets-web\/[\w-]+-[\w-]{8}\.(js|css|svg|png|woff2)$/);
    for (const secret of [email, publishableKey, 'Tides']) assert.ok(!text.includes(secret), `${secret} in ${url}`);
  }
  await visitor.leave();
});

/** A developer at the overview of a project, with the worker at work. */
async function atDashboard() {
  const visitor = await visit(browser);
  const { page } = visitor;
  await developer(visitor, server);
  await visitor.post(server, '/generate-platform-id', {});
  const tiers = [{ name: 'free', displayName: 'Free', price: 0, limit: 5, isDefault: true }];
  const tides = { projectName: 'Tides', projectType: 'saas', tiers };
  const { publishableKey } = await visitor.post(server, '/create-products', tides);
  await page.goto(`${server.url}/dashboard/${publishableKey}`);
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  await working(page);
  const { user } = await page.evaluate(() => JSON.parse(document.querySelector('#context').textContent));
  return { visitor, page, publishableKey, email: user.email };
}

function working(page) {
  return until('the worker is at work', () =>
    page.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration('/dashboard');
      return registration?.active?.state === 'activated';
    }),
  );
}

function scopes(page) {
  return page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).map(({ scope }) => scope));
}

/** Runs in the page. */
async function everythingKept() {
  const found = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const answer = await cache.match(request, { ignoreVary: true });
      found.push({ url: request.url.slice(location.origin.length), text: await answer.text() });
    }
  }
  return found;
}

/** Width and height of a PNG, as its header says them. */
function sizeOf(png) {
  return `${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`;
}
