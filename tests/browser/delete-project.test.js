// A project is deleted by who types its name, and by nobody else.

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

journeyInLooks('a project is deleted after its name was typed', async (look) => {
  const visitor = await visit(browser, look);
  const { page } = visitor;
  await newDeveloper(visitor, server);
  const { sk, pk, at, api } = await makeProject(visitor, server, 'Weather');
  const kept = await makeProject(visitor, server, 'Tides');
  await api.customers.create({ email: server.freshEmail() });
  await api.usage.track({ amount: 3 }, { userId: 'somebody' });

  await page.goto(`${at}/settings/delete`);
  await page.getByText('3 requests in this period').waitFor();
  await page.getByText('2 plans with all prices').waitFor();
  const name = page.getByLabel('Name of the project');
  await name.fill('Tides');
  await page.getByRole('button', { name: 'Delete project' }).click();
  await page.getByText('Type Weather to confirm.').nth(1).waitFor();
  assert.equal(await name.getAttribute('aria-invalid'), 'true');
  await isSound(page);
  assert.equal(await statusOf(sk), 200);

  await name.fill('Weather');
  await page.getByRole('button', { name: 'Delete project' }).click();
  await page.getByRole('heading', { level: 1, name: 'Projects' }).waitFor();
  await page.getByText('Deleted Weather: 1 customer, 1 key.').waitFor();
  await page.getByRole('main').getByRole('link', { name: 'Tides' }).first().waitFor();
  await page.getByRole('main').getByRole('link', { name: 'Weather' }).waitFor({ state: 'detached' });
  assert.deepEqual([await statusOf(sk), await statusOf(kept.sk)], [401, 200]);
  const hosted = await fetch(`${server.url}/pricing?pk=${pk}`);
  assert.equal(hosted.status, 404);
  await page.goto(at);
  await page.getByRole('heading', { level: 1 }).waitFor();
  assert.equal(await page.getByRole('heading', { level: 1, name: 'Overview' }).count(), 0);
  await visitor.leave();
});

/** What a call with this secret is answered. */
async function statusOf(secretKey) {
  const answer = await fetch(`${server.url}/api/customers`, { headers: { Authorization: `Bearer ${secretKey}` } });
  return answer.status;
}
