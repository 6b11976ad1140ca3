// Addresses that a project does not allow: a page that explains, and no way out to them.

import assert from 'node:assert/strict';
import { before } from 'node:test';

import { journey, launch, visit } from './browser.js';
import { start } from './server.js';

let server;
let browser;
before(async () => {
  [server, browser] = await Promise.all([start(), launch()]);
});

for (const page of ['signin', 'signup', 'account', 'refresh', 'reset']) {
  for (const redirect of ['https://evil.example/path', '//evil.example', 'javascript:alert(document.domain)']) {
    journey(`/${page} is not left for ${redirect}`, async () => {
      const visitor = await visit(browser);
      const answer = await visitor.page.goto(server.page(page, { redirect }));
      assert.equal(answer.status(), 422);
      await visitor.page.getByRole('heading', { name: 'This link leads to a place that is not allowed' }).waitFor();
      await visitor.page.getByText('Nothing happened to your account.').waitFor();
      assert.deepEqual(await wayOut(visitor.page), []);
      assert.equal(await visitor.page.getByRole('textbox').count(), 0);
      await visitor.leave([`422 /${page}`]);
    });
  }
}

journey('somebody who is signed in is not sent there either', async () => {
  const visitor = await visit(browser);
  await visitor.signUp(server);
  const { page } = visitor;
  const answer = await page.goto(server.page('signin', { redirect: 'https://evil.example/' }));
  assert.equal(answer.status(), 422);
  await page.getByRole('heading', { name: 'This link leads to a place that is not allowed' }).waitFor();
  assert.equal(await page.getByRole('button').count(), 0);
  await visitor.leave(['422 /signin']);
});

journey('a key of no project is explained', async () => {
  const visitor = await visit(browser);
  const answer = await visitor.page.goto(
    server.page('signin', { pk: 'pk_test_of_nobody', redirect: 'http://localhost/' }),
  );
  assert.equal(answer.status(), 404);
  await visitor.page.getByRole('heading', { name: 'This link belongs to no app' }).waitFor();
  await visitor.leave(['404 /signin']);
});

/** Every attribute of the page that leads off our origin or runs a script. */
function wayOut(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll('*')]
      .flatMap((element) => [...element.attributes])
      .filter(({ name }) => /^(href|src|action|formaction|content|data|on\w+)$/.test(name))
      .map(({ value }) => value)
      .filter((value) => /evil\.example|javascript:/i.test(value)),
  );
}
