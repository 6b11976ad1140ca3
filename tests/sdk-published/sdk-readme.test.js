// The blocks of our client's README that are for servers, run as printed.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import * as ours from 'dream-sdk';
import ts from 'typescript';

import { Kit } from './kit.js';
import { root, start } from './server.js';

let server;
let folder;
before(async () => {
  server = await start();
  folder = await mkdtemp(join(tmpdir(), 'dream-sdk-readme-'));
  process.env.DREAM_URL = server.demo.baseUrl;
  process.env.DREAM_SECRET_KEY = server.demo.saas.secretKey;
});
after(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The block that contains these words, as a module; what it prints is in `printed`. */
async function run(words) {
  const readme = await readFile(join(root, 'sdk/README.md'), 'utf8');
  const blocks = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block]) => block);
  const block = blocks.find((block) => block.includes(words));
  const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  const script = ts
    .transpileModule(block, { compilerOptions: options })
    .outputText.replace("'dream-sdk'", `'${import.meta.resolve('dream-sdk')}'`);
  const file = join(folder, `${words.replaceAll(/\W/g, '-')}.mjs`);
  await writeFile(file, script);
  const printed = [];
  const { log } = console;
  console.log = (...words) => printed.push(words.join(' '));
  try {
    return { module: await import(pathToFileURL(file)), printed };
  } finally {
    console.log = log;
  }
}

describe('on a server', () => {
  test('customers are made, counted and listed', async () => {
    const { printed } = await run('api.customers.all');
    assert.equal(printed[0], 'ada@example.com has 3 left');
    assert.deepEqual(printed.slice(1).toSorted(), ['ada@example.com', 'user@example.com']);
  });

  test('a taken address is told', async () => {
    const { printed } = await run("isDreamAPIException(error, 'email_taken')");
    assert.deepEqual(printed, ['There is an account with this address already']);
  });

  test('a plan is explained, and what could not be worked is worked again', async () => {
    const { printed } = await run('api.customers.explain');
    assert.deepEqual(printed, [
      'Ada is on free. Nothing was bought or given, so the default plan of the project holds, if it has one.',
    ]);
  });

  test('orders are listed, sent and taken back', async () => {
    const kit = new Kit(ours, server.demo);
    const { products } = kit.frontend(null, server.demo.store);
    const items = (await products.list()).products.map(({ priceId }) => ({ priceId, quantity: 2 }));
    const { sessionId, orderId } = await products.cartCheckout({ items, customerEmail: 'bea@example.com' });
    await kit.pay(sessionId);
    const { billing } = kit.frontend(null, server.demo.store);
    assert.equal((await billing.getCheckout(sessionId)).orderState, 'paid');
    process.env.DREAM_SECRET_KEY = server.demo.store.secretKey;
    try {
      const { module, printed } = await run('api.orders.all');
      assert.deepEqual(printed, ['bea@example.com bought 2 × Dream mug, 2 × Dream T-shirt, 2 × Dream poster']);
      assert.equal(await module.takeBack(orderId), 1800);
    } finally {
      process.env.DREAM_SECRET_KEY = server.demo.saas.secretKey;
    }
  });

  test('a call with a key of its own is counted once', async () => {
    const { printed } = await run('job-4711');
    assert.deepEqual(printed, []);
  });

  test('a page calls the server, which counts for its user', async () => {
    const { module } = await run('export async function answer');
    const ask = (headers) => module.answer(new Request('http://app.test/answer', { headers }));
    assert.equal((await ask({})).status, 401);
    const answer = await ask({ Authorization: `Bearer ${server.demo.userToken}` });
    assert.deepEqual([answer.status, await answer.json()], [200, { left: 4 }]);
  });
});
