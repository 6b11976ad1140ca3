// The curl lines of the README, exactly as printed but for address and data folder.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { root, start } from './server.js';

const BLOCK = /<!-- curl:begin -->\s*```sh\n([\s\S]*?)```\s*<!-- curl:end -->/;

let server;
before(async () => (server = await start()));
after(() => server?.stop());

/** Runs the block and answers the JSON lines under each of its headings. */
async function run() {
  const [, block] = BLOCK.exec(await readFile(join(root, 'README.md'), 'utf8'));
  const script = block
    .replaceAll('http://127.0.0.1:8787', server.demo.baseUrl)
    .replaceAll('./data/', `${server.dataDir}/`);
  assert.ok(!script.includes('8787'), 'the address stands in the block in one form only');
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script]);
  const sections = [];
  for (const line of stdout.split('\n').filter(Boolean)) {
    if (line.startsWith('{')) sections.at(-1).answers.push(JSON.parse(line));
    else sections.push({ heading: line, answers: [] });
  }
  return sections.map(({ answers }) => answers);
}

test('the curl lines of the README show what they promise', async () => {
  const [tiers, calls, usage, made, keyed, plan, token, products, sold, first, later] = await run();

  assert.deepEqual(
    tiers[0].tiers.map(({ name }) => name),
    ['free', 'pro', 'max'],
  );
  assert.deepEqual(
    calls.map((call) => call.code ?? call.usage.count),
    [1, 2, 3, 4, 5, 'tier_limit_reached'],
  );
  assert.deepEqual([usage[0].count, usage[0].remaining], [5, 0]);
  assert.equal(made[0].customer.externalId, 'ada');
  assert.equal(keyed.length, 2);
  assert.deepEqual(keyed[0], keyed[1]);
  assert.equal(plan[0].customer.plan, 'pro');
  assert.deepEqual([token[0].usage.plan, token[0].usage.count], ['pro', 3]);
  assert.equal(products[0].products.length, 3);
  const [bob, session, checkout] = sold;
  assert.equal(bob.customer.externalId, 'bob');
  assert.equal(session.payment_status, 'paid');
  assert.deepEqual(checkout, { status: 'complete', paid: true, plan: 'pro' });
  assert.deepEqual([first[0].usage.plan, first[0].usage.limit, first[0].usage.count], ['pro', 500, 1]);
  const [clock, explained, fresh] = later;
  assert.ok(clock.aheadSeconds >= 31 * 86_400);
  assert.deepEqual([explained.plan, explained.status], ['pro', 'active']);
  assert.deepEqual([fresh.count, fresh.remaining], [0, 5]);
  assert.ok(fresh.periodStart > usage[0].periodEnd);
});

test('they can be run again on the same data', async () => {
  const [, calls, , made, , plan, token, , sold, first, later] = await run();
  assert.equal(calls.at(-1).code, 'tier_limit_reached');
  assert.equal(made[0].code, 'external_id_taken');
  assert.equal(plan[0].customer.plan, 'pro');
  assert.equal(token[0].success, true);
  // Bob pays already: there is no second checkout.
  assert.equal(sold[0].code, 'external_id_taken');
  assert.equal(first[0].usage.plan, 'pro');
  assert.equal(later[1].plan, 'pro');
});
