/** A developer who is signed in to a browser, and the projects that are made there without a page. */
import { developer } from './states.js';

export const FREE = { name: 'free', displayName: 'Free', price: 0, limit: 5, isDefault: true };
export const PRO = { name: 'pro', displayName: 'Pro', price: 1900, limit: 500 };
export const MEMBER = { name: 'member', displayName: 'Member', price: 900, limit: -1 };
export const MUG = { name: 'mug', displayName: 'Mug', price: 1800, billingMode: 'one_off', inventory: 9 };

/** Somebody new, who may make projects; answers the address. */
export async function newDeveloper(visitor, server) {
  const email = await developer(visitor, server);
  await visitor.post(server, '/generate-platform-id', {});
  return email;
}

/** Connects an account of the sandbox by its page. */
export async function connect({ page }, server, mode = 'test') {
  await page.goto(`${server.url}/authorize?mode=${mode}`);
  await page.getByRole('button', { name: 'Connect account' }).click();
  await page.waitForURL(`${server.url}/dashboard**`);
}

/**
 * Makes a project.
 *
 * @returns {Promise<{pk: string, sk: string, at: string, api: import('dream-sdk').DreamAPI}>} its keys, the address of
 *   its dashboard, and a client of its server
 */
export async function makeProject(visitor, server, projectName, projectType = 'saas', tiers = [FREE, PRO]) {
  const made = await visitor.post(server, '/create-products', { projectName, projectType, tiers });
  const { publishableKey: pk, secretKey: sk } = made;
  return { pk, sk, at: `${server.url}/dashboard/${pk}`, api: server.backend(sk) };
}

/** Pays at a page of the sandbox, as somebody with a browser of their own. */
export async function pay(visitor, url, who) {
  await visitor.page.goto(url);
  await payHere(visitor, who);
}

/** Pays at the page of the sandbox that is open. */
export async function payHere({ page }, { email } = {}) {
  if (email) await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Card number').fill('4242 4242 4242 4242');
  await page.getByLabel('Card number').press('Enter');
}

/** Marks the page as it is open; fails later if it was loaded anew since. */
export async function stays(page) {
  await page.evaluate(() => (globalThis.isStillTheSame = true));
  return async () => {
    if (!(await page.evaluate(() => globalThis.isStillTheSame))) throw new Error(`${page.url()} was loaded anew`);
  };
}
