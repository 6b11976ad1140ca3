// The published client, unchanged, and ours, through every call that both have and the server knows.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import * as published from '@dream-api/sdk';
import * as ours from 'dream-sdk';

import { Kit } from './kit.js';
import { start } from './server.js';
import { assertShape, CUSTOMER, PRODUCT, TIER, USAGE } from './shape.js';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

describe('@dream-api/sdk', () => suite(published));
describe('dream-sdk', () => suite(ours));

/** The same tests for each client, on a server of its own. */
function suite(client) {
  let server;
  let demo;
  let kit;
  before(async () => {
    server = await start();
    demo = server.demo;
    kit = new Kit(client, demo);
  });
  after(() => server?.stop());

  const backend = (keys) => kit.backend(keys);
  const frontend = (token, keys) => kit.frontend(token, keys);
  const tokenOf = (id) => kit.tokenOf(id);
  const thrownBy = (call, status) => kit.thrownBy(call, status);

  describe('catalogue', () => {
    for (const [name, client] of [
      ['secret key', () => backend()],
      ['publishable key', () => frontend()],
    ]) {
      test(`tiers with a ${name}`, async () => {
        const { tiers } = await client().products.listTiers();
        for (const tier of tiers) assertShape(tier, TIER, `tier ${tier.name}`);
        const figures = tiers.map(({ name, price, limit }) => [name, price, limit]);
        assert.deepEqual(figures, [
          ['free', 0, 5],
          ['pro', 2900, 500],
          ['max', 9900, -1],
        ]);
      });
    }

    test('products of a store', async () => {
      for (const client of [backend(demo.store), frontend(null, demo.store)]) {
        const { products } = await client.products.list();
        assert.equal(products.length, 3);
        for (const product of products) assertShape(product, PRODUCT, `product ${product.name}`);
      }
    });

    test('a project without products has an empty list', async () => {
      assert.deepEqual((await backend().products.list()).products, []);
    });

    test('a stale token on a call that needs none is ignored', async () => {
      const { customer } = await backend().customers.create({ email: 'stale@example.com' });
      const ended = await tokenOf(customer.id);
      await kit.endSessions(customer.id);
      for (const stale of [ended, `${demo.userToken.slice(0, -8)}AAAAAAAA`]) {
        const api = frontend(stale);
        assert.equal((await api.products.listTiers()).tiers.length, 3);
        const refused = await thrownBy(api.usage.check(), 401);
        assert.equal(refused.code, 'Invalid or missing end-user token');
      }
    });
  });

  describe('customers', () => {
    test('are created, read, updated and deleted', async () => {
      const { customers } = backend();
      const made = await customers.create({ email: 'Ada@example.com', firstName: 'Ada', plan: 'free' });
      assertShape(made.customer, CUSTOMER, 'customer');
      const { id, createdAt, ...rest } = made.customer;
      assert.match(id, /^user_/);
      assert.ok(Math.abs(createdAt - Date.now()) < 600_000, 'createdAt is in milliseconds');
      assert.equal(rest.email, 'Ada@example.com');
      assert.equal(rest.firstName, 'Ada');
      assert.equal('lastName' in rest, false);
      assert.equal(rest.plan, 'free');
      assert.equal(rest.publishableKey, demo.saas.publishableKey);

      const read = await customers.get(id);
      assert.deepEqual(read.customer, made.customer);

      const changed = await customers.update(id, { plan: 'pro' });
      assertShape(changed.customer, CUSTOMER, 'customer');
      assert.equal(changed.customer.plan, 'pro');
      assert.equal((await customers.get(id)).customer.plan, 'pro');

      const gone = await customers.delete(id);
      assert.equal(gone.success, true);
      assert.deepEqual(gone.deleted, { id, email: 'Ada@example.com' });
      assert.equal((await thrownBy(customers.get(id), 404)).code, 'Customer not found');
    });

    test('a password in the body is taken', async () => {
      const { customer } = await backend().customers.create({ email: 'pw@example.com', password: 'correct horse' });
      assertShape(customer, CUSTOMER, 'customer');
      assert.equal('password' in customer, false);
    });

    test('a missing e-mail is 400, a taken one 409, an unknown plan 400', async () => {
      const { customers } = backend();
      const missing = await thrownBy(customers.create({}), 400);
      assert.equal(missing.code, 'Missing required field');
      assert.match(missing.message, /email/);
      await customers.create({ email: 'twice@example.com' });
      const taken = await thrownBy(customers.create({ email: 'TWICE@example.com' }), 409);
      assert.equal(taken.code, 'Failed to create customer');
      const plan = await thrownBy(customers.create({ email: 'gold@example.com', plan: 'gold' }), 400);
      assert.match(plan.message, /free, pro, max/);
    });

    test('need a secret key: 403', async () => {
      const refused = await thrownBy(frontend().customers.create({ email: 'x@example.com' }), 403);
      assert.equal(refused.code, 'Forbidden');
    });
  });

  describe('usage', () => {
    for (const [name, client] of [
      ['publishable key and token', (token) => frontend(token)],
      ['secret key and token', (token) => kit.backendFor(token)],
    ]) {
      test(`is counted up to the limit with ${name}, then 403`, async () => {
        const { customer } = await backend().customers.create({ email: `${name.replaceAll(' ', '-')}@example.com` });
        const api = client(await tokenOf(customer.id));
        const first = await api.usage.check();
        assertShape(first, USAGE, 'usage');
        assert.deepEqual([first.usageCount, first.limit, first.remaining], [0, 5, 5]);
        for (let count = 1; count <= 5; count += 1) {
          const tracked = await api.usage.track();
          assert.equal(tracked.success, true);
          assertShape(tracked.usage, USAGE, 'usage');
          assert.deepEqual([tracked.usage.usageCount, tracked.usage.remaining], [count, 5 - count]);
          assert.equal(tracked.usage.count, count);
          assert.equal(tracked.userId, customer.id);
          assert.ok(tracked.data.message.length > 0);
        }
        const refused = await thrownBy(api.usage.track(), 403);
        assert.equal(refused.code, 'Tier limit reached');
        assert.match(refused.message, /limit/);
        const last = await api.usage.check();
        assert.deepEqual([last.usageCount, last.remaining, last.plan], [5, 0, 'free']);
        assert.match(last.periodStart, DAY);
        assert.match(last.periodEnd, DAY);
      });
    }

    test('of the demo user with the token of demo.json', async () => {
      const { usage } = await frontend(demo.userToken).usage.track();
      assertShape(usage, USAGE, 'usage');
      assert.deepEqual([usage.userId, usage.plan, usage.usageCount], [demo.userId, 'free', 1]);
    });

    test('a change of plan keeps the count and is in force at once, unlimited too', async () => {
      const { customer } = await backend().customers.create({ email: 'grows@example.com' });
      const api = frontend(await tokenOf(customer.id));
      await api.usage.track();
      await backend().customers.update(customer.id, { plan: 'max' });
      const { usage } = await api.usage.track();
      assert.deepEqual(
        [usage.plan, usage.usageCount, usage.limit, usage.remaining],
        ['max', 2, 'unlimited', 'unlimited'],
      );
    });

    test('the 403 carries what the first clients read', async () => {
      const headers = { Authorization: `Bearer ${demo.saas.secretKey}`, 'X-User-Id': 'curl-user' };
      let answer;
      for (let call = 0; call < 6; call += 1) {
        answer = await fetch(`${demo.baseUrl}/api/data`, { method: 'POST', headers });
      }
      assert.equal(answer.status, 403);
      const body = await answer.json();
      const { error, count, usageCount, limit, remaining, plan, code } = body;
      assert.deepEqual(
        { error, count, usageCount, limit, remaining, plan, code },
        {
          error: 'Tier limit reached',
          count: 5,
          usageCount: 5,
          limit: 5,
          remaining: 0,
          plan: 'free',
          code: 'tier_limit_reached',
        },
      );
    });

    test('the token of a deleted customer is 401', async () => {
      const { customer } = await backend().customers.create({ email: 'leaves@example.com' });
      const api = frontend(await tokenOf(customer.id));
      await api.usage.track();
      await backend().customers.delete(customer.id);
      const refused = await thrownBy(api.usage.track(), 401);
      assert.equal(refused.code, 'Invalid or missing end-user token');
    });
  });

  describe('errors', () => {
    test('a wrong secret key is 401', async () => {
      const wrong = backend({ secretKey: 'sk_test_000000000000000000000000000000000' });
      const refused = await thrownBy(wrong.products.listTiers(), 401);
      assert.equal(refused.code, 'Invalid API key');
    });

    test('a wrong publishable key is 401', async () => {
      const refused = await thrownBy(frontend(null, { publishableKey: 'pk_test_wrong' }).products.listTiers(), 401);
      assert.equal(refused.code, 'Invalid publishable key');
    });

    test('keys of two projects are 403', async () => {
      const mixed = backend({ secretKey: demo.saas.secretKey, publishableKey: demo.store.publishableKey });
      assert.equal((await thrownBy(mixed.products.listTiers(), 403)).code, 'Forbidden');
    });

    test('a token of nobody is 401', async () => {
      await thrownBy(frontend('a.b.c').usage.track(), 401);
    });

    test('an unknown path and an unknown method answer JSON', async () => {
      for (const [path, method, status] of [
        ['/api/nothing', 'GET', 404],
        ['/api/tiers', 'DELETE', 405],
      ]) {
        const answer = await fetch(`${demo.baseUrl}${path}`, { method });
        assert.equal(answer.status, status);
        const body = await answer.json();
        assert.ok(body.error && body.message && body.code && body.requestId, JSON.stringify(body));
      }
    });
  });
}
