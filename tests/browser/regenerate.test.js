// A secret key leaked: the dialog says who breaks, the old key is refused at once, the new one works.

import assert from 'node:assert/strict';
import { before } from 'node:test';

import { isSound } from './axe.js';
import { launch, visit } from './browser.js';
import { journeyInLooks } from './looks.js';
import { makeProject, newDeveloper } from './project.js';
import { start } from './server.js';

let server;
let browser;
before(async () => {
  [server, browser] = await Promise.all([start(), launch()]);
});

journeyInLooks('a secret key is made anew', async (look) => {
  const visitor = await visit(browser, look);
  const { page } = visitor;
  await newDeveloper(visitor, server);
  const { pk, sk, at } = await makeProject(visitor, server, 'Weather');
  assert.equal(await statusOf(sk), 200);
  await page.goto(`${at}/developers`);
  const rowOf = (key) => page.getByRole('row').filter({ hasText: key.slice(-4) });
  // The page notices that the key is used.
  await rowOf(sk).locator('td:last-child', { hasText: 'just now' }).waitFor();
  await page.getByRole('button', { name: 'Regenerate' }).click();
  const dialog = page.getByRole('dialog', { name: 'Regenerate the secret key' });
  await dialog.getByText(`Who uses …${sk.slice(-4)} (default) is refused from then on`).waitFor();
  await dialog.getByText('Pages with the publishable key go on').waitFor();
  await isSound(page);
  assert.equal(await statusOf(sk), 200);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  assert.equal(await statusOf(sk), 200);

  await page.getByRole('button', { name: 'Regenerate' }).click();
  await dialog.getByRole('button', { name: 'Regenerate key' }).click();
  const shown = page.getByRole('dialog', { name: 'Your new secret key' });
  await shown.getByText('shown this once').waitFor();
  const fresh = await shown.getByText(/^sk_test_\w+$/).textContent();
  assert.notEqual(fresh, sk);
  assert.deepEqual([await statusOf(sk), await statusOf(fresh)], [401, 200]);
  const listed = await fetch(`${server.url}/api/tiers`, { headers: { 'X-Publishable-Key': pk } });
  assert.equal(listed.status, 200);
  await shown.getByRole('button', { name: 'I have kept it' }).click();
  await shown.waitFor({ state: 'detached' });
  await page.reload();
  await rowOf(fresh).getByText('Active').waitFor();
  assert.equal(await page.getByText(fresh).count(), 0);
  await visitor.leave();
});

/** What a call with this secret is answered. */
async function statusOf(secretKey) {
  const answer = await fetch(`${server.url}/api/customers`, { headers: { Authorization: `Bearer ${secretKey}` } });
  return answer.status;
}
