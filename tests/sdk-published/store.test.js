// Things bought with the published client, unchanged, and with ours: catalogue, cart, payment, stock, figures.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import * as published from '@dream-api/sdk';
import * as ours from 'dream-sdk';

import { Kit, until } from './kit.js';
import { start } from './server.js';
import { assertShape, DASHBOARD, ORDER, PRODUCT } from './shape.js';

/** As the first shop sends it, without a slash before the question mark. */
const SUCCESS = 'http://localhost:3000?success=true';
const CANCEL = 'http://localhost:3000?canceled=true';

describe('@dream-api/sdk', () => suite(published));
describe('dream-sdk', () => suite(ours));

/** The same tests for each client, on a server of its own. */
function suite(client) {
  let server;
  let demo;
  let kit;
  let shop;
  before(async () => {
    server = await start();
    demo = server.demo;
    kit = new Kit(client, demo);
    shop = kit.frontend(null, demo.store);
  });
  after(() => server?.stop());

  /** What is left of each product, by its name. */
  async function stock() {
    const { products } = await shop.products.list();
    return Object.fromEntries(products.map(({ key, inventory }) => [key, inventory]));
  }

  /** The lines of a cart: so many of each product. */
  async function lines(wanted) {
    const { products } = await shop.products.list();
    const priceOf = (name) => products.find(({ key }) => key === name).priceId;
    return Object.entries(wanted).map(([name, quantity]) => ({ priceId: priceOf(name), quantity }));
  }

  test('the catalogue has every field that the client names', async () => {
    const { products } = await shop.products.list();
    for (const product of products) assertShape(product, PRODUCT, `product ${product.name}`);
    assert.deepEqual(
      products.map(({ name, price, currency, inventory, soldOut }) => [name, price, currency, inventory, soldOut]),
      [
        ['Dream mug', 1800, 'usd', 50, false],
        ['Dream T-shirt', 2900, 'usd', 25, false],
        ['Dream poster', 1200, 'usd', 100, false],
      ],
    );
  });

  for (const [name, clientOf] of [
    ['guest', () => shop],
    ['server', () => kit.backend(demo.store)],
  ]) {
    test(`a ${name} buys three lines: the stock goes down by exactly that, and the figures follow`, async () => {
      const before = await stock();
      const figures = await kit.backend(demo.store).dashboard.get();
      const items = await lines({ mug: 2, 't-shirt': 1, poster: 3 });
      const buyer = { customerEmail: `${name}@example.com`, customerName: 'Bea Buyer' };
      const cart = { items, ...buyer, successUrl: SUCCESS, cancelUrl: CANCEL };
      const { url, sessionId } = await clientOf().products.cartCheckout(cart);
      assert.equal(url, `${demo.sandboxUrl}/checkout/${sessionId}`);
      const held = { mug: before.mug - 2, 't-shirt': before['t-shirt'] - 1, poster: before.poster - 3 };
      assert.deepEqual(await stock(), held);
      await kit.pay(sessionId);
      const board = await until('the order is paid', async () => {
        const board = await kit.backend(demo.store).dashboard.get();
        return board.totalSales > figures.totalSales && board;
      });
      assert.deepEqual(await stock(), held);

      assertShape(board, DASHBOARD, 'dashboard');
      for (const order of board.orders) assertShape(order, ORDER, `order ${order.paymentId}`);
      for (const product of board.products) assertShape(product, PRODUCT, `product ${product.name}`);
      const [{ customer, email, amount, date }] = board.orders;
      assert.deepEqual([customer, email, amount], [buyer.customerEmail, buyer.customerEmail, 10_100]);
      assert.ok(Math.abs(Date.parse(date) - Date.now()) < 600_000);
      assert.equal(board.totalSales - figures.totalSales, 1);
      assert.equal(board.totalRevenue - figures.totalRevenue, 10_100);
      assert.equal(board.avgOrderValue, 10_100);
    });
  }

  test('a cart without addresses returns to the page of the server', async () => {
    const { url } = await shop.products.cartCheckout({ items: await lines({ mug: 1 }) });
    assert.ok(url.startsWith(`${demo.sandboxUrl}/checkout/`));
  });

  test('more than there is, is 409 and holds nothing', async () => {
    const before = await stock();
    const items = await lines({ mug: 1, 't-shirt': before['t-shirt'] + 1 });
    const refused = await kit.thrownBy(shop.products.cartCheckout({ items }), 409);
    assert.equal(refused.code, 'Out of stock');
    assert.match(refused.message, /Dream T-shirt/);
    assert.deepEqual(await stock(), before);
  });

  test('an empty cart, a foreign price and a quantity of nothing are refused', async () => {
    const [item] = await lines({ mug: 1 });
    assert.match((await kit.thrownBy(shop.products.cartCheckout({ items: [] }), 400)).message, /items/);
    const foreign = { items: [{ priceId: 'price_of_nobody', quantity: 1 }] };
    await kit.thrownBy(shop.products.cartCheckout(foreign), 400);
    await kit.thrownBy(shop.products.cartCheckout({ items: [{ ...item, quantity: 0 }] }), 422);
    const away = { items: [item], successUrl: 'https://evil.example/' };
    assert.equal((await kit.thrownBy(shop.products.cartCheckout(away), 422)).code, 'Redirect not allowed');
  });
}
