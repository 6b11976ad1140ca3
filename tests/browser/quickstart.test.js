// The first lines of code that a developer is shown, read from the page with the project's keys in them: each is run as
// it stands. Those that need packages which are not here run with DREAM_TEST_LONG.

import assert from 'node:assert/strict';
import { before } from 'node:test';

import { journey, launch, visit } from './browser.js';
import { makeProject, newDeveloper } from './project.js';
import { PASSWORD, start, until } from './server.js';
import { built, folder, installed, runIn, serveFolder, serveNext } from './workshop.js';

const isLong = Boolean(process.env.DREAM_TEST_LONG);
/** What the snippets for frameworks are built with, as a developer has them on the day. */
const VUE = ['vue@3', '@vitejs/plugin-vue@6', 'vite@8'];
const NEXT = ['next@16', 'react@19', 'react-dom@19', 'typescript@6', '@types/node@24', '@types/react@19'];
const LIMIT = 5;

const REACT_ENTRY = `import { createRoot } from 'react-dom/client';
import { Account } from './Account';
createRoot(document.getElementById('app')!).render(<Account />);
`;
const VUE_ENTRY = `import { createApp } from 'vue';
import Account from './Account.vue';
createApp(Account).mount('#app');
`;

let server;
let browser;
let project;
/** Projects of their own, since the lines of each language count for the same person. */
const others = {};
let snippets;
before(async () => {
  [server, browser] = await Promise.all([start(), launch()]);
  const visitor = await visit(browser);
  await newDeveloper(visitor, server);
  project = await makeProject(visitor, server, 'Weather');
  for (const id of ['js', 'python']) others[id] = await makeProject(visitor, server, id);
  snippets = await readSnippets(visitor.page);
  await visitor.leave();
});

journey('curl', async () => {
  const said = await runIn(await folder({}), ['sh', '-euc', snippets.curl.text], secretOf('curl'));
  const [tiers, counted, standing] = said.split(/(?<=\})(?=\{)/).map((text) => JSON.parse(text));
  assert.deepEqual(
    tiers.tiers.map(({ name }) => name),
    ['free', 'pro'],
  );
  assert.deepEqual([counted.usage.usageCount, standing.usageCount], [1, 1]);
});

for (const [id, program] of Object.entries({ js: ['node', 'limits.mjs'], python: ['python3', 'limits.py'] })) {
  journey(id, async () => {
    const place = await folder({ [program[1]]: snippets[id].text });
    for (let used = 1; used <= LIMIT; used += 1) {
      assert.equal(await runIn(place, program, secretOf(id)), `${used} of ${LIMIT} used\n`);
    }
    assert.equal(await runIn(place, program, secretOf(id)), 'The limit is reached\n');
  });
}

journey('React', async () => {
  const place = await folder({ 'src/Account.tsx': snippets.react.text, 'src/main.tsx': REACT_ENTRY });
  await built(place, 'react', 'src/main.tsx');
  await usesThePlan(place);
});

if (isLong) {
  journey('Vue', async () => {
    const place = await folder({ 'src/Account.vue': snippets.vue.text, 'src/main.ts': VUE_ENTRY });
    await installed(place, VUE);
    await built(place, 'vue', 'src/main.ts');
    await usesThePlan(place);
  });

  journey('Next.js', async () => {
    const place = await folder({ [snippets.next.file]: snippets.next.text });
    await installed(place, NEXT);
    const { url } = await serveNext(place, secretOf('next'));
    const { customer } = await project.api.customers.create({ email: server.freshEmail('next') });
    const { token } = await project.api.customers.createToken(customer.id);
    const ask = async (headers) => {
      const answer = await fetch(`${url}/answer`, { method: 'POST', headers });
      return [answer.status, await answer.json()];
    };
    assert.deepEqual(await ask({}), [401, { error: 'Sign in first' }]);
    for (let left = LIMIT - 1; left >= 0; left -= 1) {
      assert.deepEqual(await ask({ Authorization: `Bearer ${token}` }), [200, { left }]);
    }
    assert.deepEqual(await ask({ Authorization: `Bearer ${token}` }), [403, { error: 'The limit is reached' }]);
  });
}

/** Every language: what comes first, the name of the file, and the lines. */
async function readSnippets(page) {
  const found = {};
  for (const id of ['curl', 'js', 'react', 'next', 'vue', 'python']) {
    await page.goto(`${project.at}/developers/quickstart?in=${id}`);
    const code = page
      .getByRole('main')
      .locator('section[aria-label]')
      .filter({ has: page.locator('pre') });
    await until(`the lines of ${id}`, async () => (await code.count()) === 2);
    const [label, text] = [await code.last().getAttribute('aria-label'), await code.last().textContent()];
    found[id] = { file: label.replace(/^[^:]+: /, ''), text: text.trimEnd() };
  }
  return found;
}

function secretOf(id) {
  return { DREAM_SECRET_KEY: (others[id] ?? project).sk };
}

/** Somebody signs up where the app leads to, and uses the plan once. */
async function usesThePlan(place) {
  const { url } = await serveFolder(place);
  const visitor = await visit(browser);
  const { page } = visitor;
  const email = server.freshEmail('user');
  await visitor.post(server, '/auth/sign-up', { publishableKey: project.pk, email, password: PASSWORD });
  await page.goto(url);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: `Continue as ${email}` }).click();
  const use = page.getByRole('button', { name: 'Use one of the plan free' });
  await use.click();
  const [{ id }] = (await project.api.customers.list({ search: email })).customers;
  await until('it is counted', async () => (await project.api.usage.check({ userId: id })).usageCount === 1);
  assert.equal(new URL(page.url()).origin, url);
  await visitor.leave();
}
