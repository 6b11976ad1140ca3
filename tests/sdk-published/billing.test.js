// Plans bought with the published client, unchanged, and with ours: checkout, payment, portal, figures.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import * as published from '@dream-api/sdk';
import * as ours from 'dream-sdk';

import { Kit, until } from './kit.js';
import { start } from './server.js';
import { assertShape, DASHBOARD, DASHBOARD_CUSTOMER, RECENT_EVENT, TIER, TOTALS, WEBHOOK_STATUS } from './shape.js';

const APP = 'http://localhost:3000';

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

  describe('checkout', () => {
    for (const [name, clientOf] of [
      ['publishable key and token', (token) => kit.frontend(token)],
      ['secret key and token', (token) => kit.backendFor(token)],
    ]) {
      test(`with ${name}: paid, the next call has the new limit`, async () => {
        const user = await kit.newUser();
        const api = clientOf(user.token);
        await api.usage.track();
        const successUrl = `${APP}/dashboard?success=true`;
        const { url, sessionId } = await api.billing.createCheckout({ tier: 'pro', successUrl, cancelUrl: APP });
        assert.equal(url, `${demo.sandboxUrl}/checkout/${sessionId}`);
        assert.deepEqual(await planOf(api), ['free', 1, 5]);
        await kit.pay(sessionId);
        await until('the plan is pro', async () => (await api.usage.check()).plan === 'pro');
        const { usage } = await api.usage.track();
        assert.deepEqual([usage.plan, usage.usageCount, usage.limit, usage.remaining], ['pro', 2, 500, 498]);
        const { customer } = await kit.backend().customers.get(user.id);
        assert.equal(customer.plan, 'pro');
      });
    }

    test('without a plan it is that of the tier pro, and asked again it is the same page', async () => {
      const { api } = await kit.newUser();
      const first = await api.billing.createCheckout({});
      assert.deepEqual(await api.billing.createCheckout({ tier: 'pro' }), first);
    });

    test('by the price that the catalogue shows', async () => {
      const { api } = await kit.newUser();
      const { tiers } = await api.products.listTiers();
      const { priceId } = tiers.find(({ name }) => name === 'max');
      const { sessionId } = await api.billing.createCheckout({ tier: 'max', priceId });
      await kit.pay(sessionId);
      await until('the plan is max', async () => (await api.usage.check()).plan === 'max');
      assert.equal((await api.usage.check()).limit, 'unlimited');
    });

    test('a declined card changes nothing, another card then pays', async () => {
      const { api } = await kit.newUser();
      const { sessionId } = await api.billing.createCheckout({ tier: 'pro' });
      await assert.rejects(kit.pay(sessionId, '4000000000000002'), /declined/);
      assert.deepEqual(await planOf(api), ['free', 0, 5]);
      await kit.pay(sessionId);
      await until('the plan is pro', async () => (await api.usage.check()).plan === 'pro');
    });

    test('whoever pays already is sent to the portal', async () => {
      const user = await kit.newUser();
      await kit.buyPro(user);
      const page = await user.api.billing.createCheckout({ tier: 'pro' });
      assert.match(page.url, new RegExp(`^${demo.sandboxUrl}/portal/bps_`));
      assert.equal('sessionId' in page, false);
    });

    test('an unknown tier, a foreign price and a foreign address are refused', async () => {
      const { api } = await kit.newUser();
      const unknown = await kit.thrownBy(api.billing.createCheckout({ tier: 'gold' }), 400);
      assert.match(unknown.message, /free, pro, max/);
      await kit.thrownBy(api.billing.createCheckout({ tier: 'pro', priceId: 'price_of_nobody' }), 400);
      const successUrl = 'https://evil.example/';
      const foreign = await kit.thrownBy(api.billing.createCheckout({ tier: 'pro', successUrl }), 422);
      assert.equal(foreign.code, 'Redirect not allowed');
      await kit.thrownBy(kit.frontend('a.b.c').billing.createCheckout({ tier: 'pro' }), 401);
    });
  });

  describe('portal', () => {
    test('opens with an address to return to, and with an empty body', async () => {
      const user = await kit.newUser();
      await kit.buyPro(user);
      for (const page of [
        await user.api.billing.openPortal(),
        await user.api.billing.openPortal({}),
        await user.api.billing.openPortal({ returnUrl: `${APP}/account` }),
        await kit.backendFor(user.token).billing.openPortal(),
      ]) {
        assert.match(page.url, new RegExp(`^${demo.sandboxUrl}/portal/bps_`));
        assert.equal((await fetch(page.url)).status, 200);
      }
    });

    test('of somebody who never bought anything is 400, to a foreign address 422', async () => {
      const { api } = await kit.newUser();
      const refused = await kit.thrownBy(api.billing.openPortal(), 400);
      assert.equal(refused.code, 'No active subscription found');
      const foreign = await kit.thrownBy(api.billing.openPortal({ returnUrl: 'https://evil.example/' }), 422);
      assert.equal(foreign.code, 'Redirect not allowed');
    });
  });

  describe('figures', () => {
    test('of a project have every field that the client names', async () => {
      const before = await kit.backend().dashboard.get();
      const user = await kit.newUser();
      await user.api.usage.track();
      await kit.buyPro(user);
      const board = await until('the event is listed', async () => {
        const board = await kit.backend().dashboard.get();
        return board.webhookStatus.lastEvent && board;
      });
      assertShape(board, DASHBOARD, 'dashboard');
      assertShape(board.webhookStatus, WEBHOOK_STATUS, 'webhookStatus');
      assert.ok(board.webhookStatus.recentEvents.length > 0);
      for (const event of board.webhookStatus.recentEvents) assertShape(event, RECENT_EVENT, `event ${event.type}`);
      for (const tier of board.tiers) assertShape(tier, TIER, `tier ${tier.name}`);
      for (const customer of board.customers) assertShape(customer, DASHBOARD_CUSTOMER, `customer ${customer.email}`);
      const { plan, usage, limit, status, renewsAt } = board.customers.find(({ id }) => id === user.id);
      assert.deepEqual({ plan, usage, limit, status }, { plan: 'pro', usage: 1, limit: 500, status: 'active' });
      assert.ok(Date.parse(renewsAt) > Date.now());
      assert.equal(board.activeSubscriptions - before.activeSubscriptions, 1);
      assert.equal(board.mrr - before.mrr, 2900);
      assert.equal(board.usageThisPeriod - before.usageThisPeriod, 1);
      assert.equal(board.cancelingSubscriptions, 0);
    });

    test('of all projects have every field too, and test mode counts nothing', async () => {
      const totals = await kit.backend().dashboard.getTotals();
      assertShape(totals, TOTALS, 'totals');
      assert.deepEqual([totals.totalRevenue, totals.totalCustomers, totals.totalMRR], [0, 0, 0]);
    });

    test('need a secret key: 403', async () => {
      const { dashboard } = kit.frontend();
      assert.equal((await kit.thrownBy(dashboard.get(), 403)).code, 'Forbidden');
      assert.equal((await kit.thrownBy(dashboard.getTotals(), 403)).code, 'Forbidden');
    });
  });
}

async function planOf(api) {
  const { plan, usageCount, limit } = await api.usage.check();
  return [plan, usageCount, limit];
}
