// A developer's first quarter of an hour, with the keyboard alone: from the landing page to the first call that is
// refused at the limit, and the first sale.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { before } from 'node:test';
import { promisify } from 'node:util';

import { isSound } from './axe.js';
import { launch, visit } from './browser.js';
import { hasFocus, press, type } from './keyboard.js';
import { journeyInLooks } from './looks.js';
import { stays } from './project.js';
import { PASSWORD, start } from './server.js';

/** How many calls the free plan is given here. */
const LIMIT = 3;

let server;
let browser;
before(async () => {
  [server, browser] = await Promise.all([start(), launch()]);
});

journeyInLooks('from nothing to the first call that is refused, and the first sale', async (look) => {
  const visitor = await visit(browser, look);
  const { page } = visitor;
  const at = (heading) => page.getByRole('heading', { level: 1, name: heading }).waitFor();
  const done = (count) => page.getByText(`${count} of 6 done`).waitFor();
  await visitor.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await signUp(page);
  await press(page.getByRole('link', { name: 'Open dashboard' }));
  await at('Create project');
  await isSound(page);
  const { pk, sk } = await createProject(page);

  await press(page.getByRole('button', { name: 'Go on to the first steps' }));
  await at('Get started');
  await done(1);
  await press(page.getByRole('link', { name: 'Connect the sandbox' }));
  await at('Connect a Stripe account');
  await isSound(page);
  await press(page.getByRole('button', { name: 'Connect account' }));
  await at('Get started');
  await done(2);
  const steps = page.url();

  await press(page.getByRole('button', { name: 'See all keys' }));
  await at('Developers');
  await page.getByText(pk).first().waitFor();
  assert.equal(await page.getByText(sk).count(), 0);

  await page.goto(steps);
  await done(2);
  const isStill = await stays(page);
  await firstCalls(page, sk, done);
  await buyPro(sk);
  await page.getByText('There is somebody.').waitFor();
  await done(5);
  await isStill();
  await isSeen(page, `${server.url}/dashboard/${pk}`);
  // The first page asks for a platform id, which a new developer does not have.
  await visitor.leave(['404 /get-platform-id']);
});

/** From the landing page to the last digit of the code. */
async function signUp(page) {
  const email = server.freshEmail('developer');
  await page.goto(server.url);
  await press(page.getByRole('link', { name: 'Sign up' }).first());
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

/** A project whose free plan is soon used up; answers its keys, which are shown and copied this once. */
async function createProject(page) {
  await type(page.getByLabel('Name').first(), 'Weather');
  await type(page.getByLabel('Requests a month').first(), String(LIMIT));
  await press(page.getByRole('button', { name: 'Create project' }));
  await page.getByRole('heading', { level: 1, name: 'Weather is ready' }).waitFor();
  await isSound(page);
  const shown = [page.getByText(/^pk_test_\w+$/), page.getByText(/^sk_test_\w+$/)];
  const [pk, sk] = await Promise.all(shown.map((key) => key.textContent()));
  for (const [name, key] of [
    ['Copy the publishable key', pk],
    ['Copy the secret key', sk],
  ]) {
    await press(page.getByRole('button', { name }));
    await page.waitForFunction(async (text) => (await navigator.clipboard.readText()) === text, key);
  }
  return { pk, sk };
}

/** Runs what the page tells to run, until it is refused. Nobody reloads: the page notices the first call. */
async function firstCalls(page, sk, done) {
  // The keys are at hand.
  await press(page.getByRole('button', { name: 'Skip this step' }));
  const code = page.locator('pre').filter({ hasText: '/api/data' });
  const call = await code.textContent();
  assert.deepEqual(await run(call, sk), { status: 200, used: 1, code: undefined });
  await page.getByText('It has arrived.').waitFor();
  await done(4);
  for (let used = 2; used <= LIMIT; used += 1) {
    assert.deepEqual(await run(call, sk), { status: 200, used, code: undefined });
  }
  assert.deepEqual(await run(call, sk), { status: 403, used: undefined, code: 'tier_limit_reached' });
}

/** Runs a call of curl in a shell. */
async function run(call, sk) {
  const env = { ...process.env, DREAM_SECRET_KEY: sk };
  const script = `${call} --silent --write-out '\\n%{http_code}'`;
  const { stdout } = await promisify(execFile)('sh', ['-euc', script], { env });
  const [body, status] = stdout.split('\n');
  const { usage, code } = JSON.parse(body);
  return { status: Number(status), used: usage?.usageCount, code };
}

/** Somebody new buys the plan pro. */
async function buyPro(sk) {
  const api = server.backend(sk);
  const { customer } = await api.customers.create({ email: server.freshEmail('buyer') });
  await server.buyPlan(api, customer.id, 'pro');
}

/** The overview tells of the calls, of the limit and of the sale. */
async function isSeen(page, address) {
  await page.goto(address);
  await page.getByText('1 customer has used up the limit of the plan.').waitFor();
  const card = (name) => page.getByRole('main').getByRole('link', { name });
  await card(/^MRR\s*\$29\.00/).waitFor();
  await card(/^Usage this period\s*3/).waitFor();
  await isSound(page);
}
