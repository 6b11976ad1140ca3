// Pictures of the dashboard of a business that is alive: a month of customers, usage, plans and orders, made through
// the API and the sandbox in business time. With DREAM_SCREENSHOTS every page in every look goes into that folder; with
// DREAM_README_IMAGES those that the README shows go into that one.
//
// The name does not end in `.test.js`: `cargo xtask screenshots` runs it, the tests of every day do not.

import assert from 'node:assert/strict';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { journey, launch, visit } from './browser.js';
import { openBusiness } from './business.js';
import { isSoundInEveryLook, LOOKING } from './looks.js';
import { start, until } from './server.js';
import { developer } from './states.js';

/** Below the project's address. What is in braces is put in. */
const PLACES = {
  saas: ['', 'start', 'customers', 'customers/{customer}', 'plans', 'plans/team', 'events', 'developers', 'settings'],
  store: ['', 'products', 'orders', 'orders/{order}', 'customers'],
  own: ['projects', 'totals'],
};
/** The pages of the README, by the name of the picture. */
const README = { overview: 'saas/', customer: 'saas/customers/{customer}', plans: 'saas/plans/pro' };
const README_BYTES_MAX = 200_000;
const README_FOLDER = process.env.DREAM_README_IMAGES;

let server;
let browser;
let storageState;
let business;
before(async () => {
  [server, browser] = await Promise.all([start(), launch()]);
  const visitor = await visit(browser);
  await developer(visitor, server);
  business = await openBusiness(visitor, server);
  storageState = await visitor.context.storageState();
  await visitor.leave();
});
after(() => Promise.all([server?.stop(), browser?.close()]));

for (const [kind, places] of Object.entries(PLACES)) {
  for (const place of places) {
    journey(`${kind}/${place}`, async () => {
      const visitor = await open(`${kind}/${place}`);
      await isSoundInEveryLook(visitor.page, `alive-${kind}-${place}`);
      await visitor.leave();
    });
  }
}

for (const [name, place] of Object.entries(README)) {
  journey(`the README's ${name}`, async () => {
    if (!README_FOLDER) return;
    const visitor = await open(place);
    const path = join(README_FOLDER, `${name}.png`);
    await mkdir(README_FOLDER, { recursive: true });
    await visitor.page.screenshot({ path });
    const { size } = await stat(path);
    assert.ok(size <= README_BYTES_MAX, `${path} has ${size} bytes`);
    await visitor.leave();
  });
}

/** Somebody at a page that has nothing more to load. */
async function open(place) {
  const visitor = await visit(browser, { ...LOOKING, colorScheme: 'light', storageState });
  const { page } = visitor;
  const [kind, ...below] = place.split('/');
  // Whoever looks at a business that is a month old has lived through that month. How an overview is kept up to date
  // goes by the time of the machine.
  if (below[0]) await page.clock.setFixedTime(business.now);
  const path = [business[kind], ...below].filter(Boolean).join('/');
  await page.goto(`${server.url}/dashboard/${path.replace(/\{(\w+)\}/, (_, what) => business[what])}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await until('nothing loads any more', async () => (await page.getByText('Loading', { exact: true }).count()) === 0);
  await page.evaluate(() => document.fonts.ready);
  return visitor;
}
