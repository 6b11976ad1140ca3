// What our client has beyond the published one: how a checkout ended, why a plan holds, events, orders, pictures, charts.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import * as ours from 'dream-sdk';

import { Kit, until } from './kit.js';
import { start } from './server.js';

const APP = 'http://localhost:3000';
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

let server;
let demo;
let kit;
before(async () => {
  server = await start();
  demo = server.demo;
  kit = new Kit(ours, demo);
});
after(() => server?.stop());

/** Everything that an async list yields. */
async function all(list) {
  const items = [];
  for await (const item of list) items.push(item);
  return items;
}

/** What is left of a product. */
async function stockOf(name) {
  const { products } = await kit.frontend(null, demo.store).products.list();
  return products.find(({ key }) => key === name).inventory;
}

/** A cart of one product, not paid yet. */
async function cartOf(name, quantity, email) {
  const shop = kit.frontend(null, demo.store);
  const { products } = await shop.products.list();
  const items = [{ priceId: products.find(({ key }) => key === name).priceId, quantity }];
  return shop.products.cartCheckout({ items, customerEmail: email });
}

describe('plans', () => {
  test('a checkout says how it ended, and only to its buyer', async () => {
    const { api } = await kit.newUser();
    const { sessionId } = await api.billing.createCheckout({ tier: 'pro' });
    assert.deepEqual(await api.billing.getCheckout(sessionId), { status: 'open', paid: false });
    await kit.pay(sessionId);
    // No webhook is waited for: asking is enough.
    assert.deepEqual(await api.billing.getCheckout(sessionId), { status: 'complete', paid: true, plan: 'pro' });
    const { usage } = await api.usage.track();
    assert.deepEqual([usage.plan, usage.limit], ['pro', 500]);
    const other = await kit.newUser();
    for (const client of [other.api, kit.frontend()]) {
      await kit.thrownBy(client.billing.getCheckout(sessionId), 404);
    }
    await kit.thrownBy(api.billing.getCheckout('cs_test_of_nobody'), 404);
  });

  test('the portal opens at the one thing to do', async () => {
    const user = await kit.newUser();
    await kit.buyPro(user);
    for (const flow of ['cancel', 'update', 'payment_method']) {
      const { url } = await user.api.billing.openPortal({ returnUrl: `${APP}/account`, flow });
      assert.equal((await fetch(url)).status, 200);
    }
    await kit.thrownBy(user.api.billing.openPortal({ flow: 'dance' }), 422);
  });

  test('why a customer has a plan, before and after buying it', async () => {
    const { customers } = kit.backend();
    const user = await kit.newUser();
    const before = await customers.explain(user.id);
    assert.deepEqual(
      [before.plan, before.status, before.reason, before.accessUntil],
      ['free', 'none', 'default', null],
    );
    await kit.buyPro(user);
    const after = await customers.explain(user.id);
    assert.deepEqual([after.plan, after.status, after.reason], ['pro', 'active', 'active']);
    assert.match(after.rule, /\w+ \w+/);
    const [subscription] = after.facts.subscriptions;
    assert.equal(subscription.id, after.subscriptionId);
    assert.deepEqual(
      [subscription.tier, subscription.status, subscription.amount, subscription.currency, subscription.mrr],
      ['pro', 'active', 2900, 'usd', 2900],
    );
    assert.equal(subscription.claim.plan, 'pro');
    await customers.update((await kit.newUser()).id, { plan: 'max' });
    await kit.thrownBy(customers.explain('user_of_nobody'), 404);
  });

  test('a given plan is a grant', async () => {
    const { customers } = kit.backend();
    const { id } = await kit.newUser();
    await customers.update(id, { plan: 'max' });
    const { plan, facts } = await customers.explain(id);
    assert.equal(plan, 'max');
    assert.deepEqual(
      facts.grants.map(({ plan, until, running }) => [plan, until, running]),
      [['max', null, true]],
    );
  });

  test('invoices of a customer', async () => {
    const { customers } = kit.backend();
    const user = await kit.newUser();
    assert.deepEqual(await customers.invoices(user.id), { invoices: [], hasMore: false, nextCursor: null });
    await kit.buyPro(user);
    const [invoice] = await until('the invoice is there', async () => {
      const { invoices } = await customers.invoices(user.id, { limit: 5 });
      return invoices[0]?.status === 'paid' && invoices;
    });
    assert.deepEqual([invoice.amountPaid, invoice.amountRefunded, invoice.currency], [2900, 0, 'usd']);
    assert.equal((await fetch(invoice.hostedUrl)).status, 200);
  });
});

describe('events', () => {
  test('are listed page by page, read and worked again', async () => {
    const { events } = kit.backend();
    await kit.buyPro(await kit.newUser());
    const listed = await until('three events are there, and all are worked', async () => {
      const listed = await all(events.all({ limit: 2 }));
      return listed.length > 2 && listed.every(({ status }) => status !== 'waiting') && listed;
    });
    assert.equal(new Set(listed.map(({ id }) => id)).size, listed.length);
    const { type, id } = listed.find(({ status }) => status === 'done');
    const ofType = await events.list({ type });
    assert.ok(ofType.events.every((event) => event.type === type));
    const { event } = await events.get(id);
    assert.deepEqual([event.id, event.status, event.payload.type], [id, 'done', type]);
    assert.ok(event.receivedAt >= event.createdAt - 1000);
    const again = await events.replay(id);
    assert.equal(again.event.status, 'done');
    assert.ok(again.event.doneAt > event.doneAt);
    await kit.thrownBy(events.get('evt_of_nobody'), 404);
    await kit.thrownBy(events.list({ cursor: 'forged' }), 422);
  });
});

describe('orders', () => {
  test('are held, paid, sent and refunded by the line, which puts it back', async () => {
    const { orders } = kit.backend(demo.store);
    const { billing } = kit.frontend(null, demo.store);
    const before = await stockOf('mug');
    const { sessionId, orderId } = await cartOf('mug', 3, 'bea@example.com');
    assert.deepEqual(await billing.getCheckout(sessionId), { status: 'open', orderState: 'pending' });
    const held = (await orders.reservations()).reservations.find((one) => one.orderId === orderId);
    assert.deepEqual([held.tier, held.quantity], ['mug', 3]);
    await kit.pay(sessionId);
    assert.deepEqual(await billing.getCheckout(sessionId), { status: 'complete', orderState: 'paid' });

    const [listed] = await all(orders.all({ state: 'paid', customer: 'BEA@example.com', limit: 1 }));
    assert.equal(listed.id, orderId);
    const sent = await orders.fulfil(orderId, { trackingUrl: 'https://parcels.example.com/1', note: 'By bicycle' });
    assert.deepEqual([sent.order.status, sent.order.note], ['fulfilled', 'By bicycle']);

    const { order } = await orders.refund(orderId, { lines: [{ line: 1, quantity: 1 }], restock: true });
    assert.deepEqual([order.status, order.amountTotal, order.amountRefunded], ['partially_refunded', 5400, 1800]);
    const whole = await until('the refund is made', async () => {
      const { order } = await orders.get(orderId);
      return order.refunds[0].status === 'made' && order;
    });
    assert.deepEqual([whole.lines[0].refundedQuantity, whole.lines[0].restockedQuantity], [1, 1]);
    assert.ok(whole.timeline.some(({ kind }) => kind === 'paid'));
    assert.equal(await stockOf('mug'), before - 2);
    await kit.thrownBy(orders.refund(orderId, { amount: 5000 }), 422);
  });

  test('that nobody paid are released', async () => {
    const { orders } = kit.backend(demo.store);
    const before = await stockOf('poster');
    const { orderId } = await cartOf('poster', 2, 'cai@example.com');
    assert.equal(await stockOf('poster'), before - 2);
    const { order } = await orders.release(orderId);
    assert.equal(order.status, 'expired');
    assert.equal(await stockOf('poster'), before);
    await kit.thrownBy(orders.get('ord_of_nobody'), 404);
  });

  test('that cannot be held say what is left', async () => {
    const left = await stockOf('t-shirt');
    const error = await kit.thrownBy(cartOf('t-shirt', left + 1, 'dan@example.com'), 409);
    assert.ok(error instanceof ours.ConflictException);
    assert.equal(error.errorCode, 'out_of_stock');
    assert.equal(error.body.lines.length, 1);
  });
});

test('a picture is kept and shown to anybody', async () => {
  const { assets } = kit.backend(demo.store);
  const file = Buffer.from(PNG, 'base64');
  const asset = await assets.upload(file, 'dot.png');
  assert.deepEqual([asset.contentType, asset.width, asset.height], ['image/png', 1, 1]);
  const shown = await fetch(asset.url);
  assert.deepEqual([shown.status, shown.headers.get('content-type')], [200, 'image/png']);
  assert.deepEqual(await assets.upload(new Blob([file]), 'again.png'), asset);
  const text = await kit.thrownBy(assets.upload(new TextEncoder().encode('<svg/>'), 'dot.png'), 415);
  assert.equal(text.errorCode, 'unsupported_media_type');
});

test('the dashboard finds customers, and its days add up', async () => {
  const { dashboard } = kit.backend();
  const user = await kit.newUser();
  await user.api.usage.track({ amount: 3 });
  await kit.buyPro(user);
  const found = await dashboard.get({ search: user.email, status: 'active', plan: 'pro' });
  assert.deepEqual(
    found.customers.map(({ id, usage }) => [id, usage]),
    [[user.id, 3]],
  );
  assert.deepEqual((await dashboard.get({ search: user.email, status: 'canceling' })).customers, []);
  assert.equal(found.metrics.activeSubs, found.activeSubscriptions);
  assert.deepEqual(found.mrrByCurrency, { usd: found.mrr });
  assert.deepEqual([found.alerts, found.health.inboxDead], [[], 0]);
  const { days, currencies } = await dashboard.series({ days: 90 });
  assert.equal(days.length, 90);
  assert.deepEqual(currencies, ['usd']);
  assert.equal(days.at(-1).mrr.usd, found.mrr);
  assert.equal(days.at(-1).usage, found.usageThisPeriod);
  const { projects, totals } = await dashboard.getTotals();
  assert.deepEqual([projects, totals.liveProjects], [[], 0]);
});
