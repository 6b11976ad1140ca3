// A guest in a shop that uses @dream-api/sdk 0.1.38, with the keyboard alone: three lines, paid, thanked, and one of
// them given back.

import assert from 'node:assert/strict';
import { before } from 'node:test';

import { isSound } from './axe.js';
import { journey, launch, visit } from './browser.js';
import { press, type } from './keyboard.js';
import { start, until } from './server.js';
import { startShop } from './shop.js';

let server;
let browser;
let shop;
before(async () => {
  [server, browser] = await Promise.all([start(), launch()]);
  shop = await startShop(server.demo);
});

/** What is left of each product. */
async function stock() {
  const { products } = await server.call('GET', '/api/products', server.demo.store.secretKey);
  return Object.fromEntries(products.map(({ key, inventory }) => [key, inventory]));
}

/** A call of the seller's server. */
function asSeller(method, path, body) {
  return server.call(method, path, server.demo.store.secretKey, body);
}

/** Puts things into the cart and goes to its checkout. */
async function checkOut(page, names) {
  await page.goto(shop.url);
  const status = page.getByRole('status');
  for (const [index, name] of names.entries()) {
    await press(page.getByRole('button', { name: `Add ${name}` }));
    await status.filter({ hasText: `${index + 1} in the cart` }).waitFor();
  }
  await isSound(page);
  await press(page.getByRole('link', { name: 'Go to the cart' }));
  await page.getByRole('heading', { name: 'Cart' }).waitFor();
  await status.filter({ hasText: 'Lines:' }).waitFor();
  await isSound(page);
  await press(page.getByRole('button', { name: 'Check out' }));
  await page.getByRole('heading', { name: 'Pay' }).waitFor();
}

journey('three lines are bought, the stock goes down by exactly that, and one is given back', async () => {
  const email = server.freshEmail('guest');
  const visitor = await visit(browser);
  const { page } = visitor;
  const before = await stock();
  await checkOut(page, ['Dream mug', 'Dream T-shirt', 'Dream poster', 'Dream mug']);
  const less = { mug: before.mug - 2, 't-shirt': before['t-shirt'] - 1, poster: before.poster - 1 };
  assert.deepEqual(await stock(), less);
  await isSound(page);
  await page.getByText('2 × Dream mug').waitFor();
  await type(page.getByLabel('E-mail'), email);
  await type(page.getByLabel('Card number'), '4242 4242 4242 4242');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Thank you' }).waitFor();
  await isSound(page);
  const sessionId = new URL(page.url()).searchParams.get('session');
  assert.match(sessionId, /^cs_test_/);

  const order = await until('the order is paid', async () => {
    const { orders } = await asSeller('GET', '/api/orders?state=paid');
    return orders.find((one) => one.sessionId === sessionId);
  });
  assert.deepEqual([order.email, order.amountTotal, order.lines.length], [email, 7700, 3]);
  assert.deepEqual(await stock(), less);

  const receipt = await server.link(email);
  assert.equal(receipt, order.receiptUrl);
  await page.goto(receipt);
  await page.getByText('Dream mug').first().waitFor();
  await isSound(page);

  const { line } = order.lines.find(({ tier }) => tier === 'mug');
  await asSeller('POST', `/api/orders/${order.id}/refund`, { lines: [{ line, quantity: 2 }], restock: true });
  const refunded = await until('the refund is made', async () => {
    const { order: now } = await asSeller('GET', `/api/orders/${order.id}`);
    return now.refunds[0]?.status === 'made' && now;
  });
  assert.deepEqual([refunded.status, refunded.amountRefunded], ['partially_refunded', 3600]);
  assert.deepEqual(await stock(), { ...less, mug: before.mug });
  await page.reload();
  await page.getByText('Refunded').first().waitFor();
  await visitor.leave();
});

journey('whoever goes back from the checkout finds the cart as it was, and may pay later', async () => {
  const visitor = await visit(browser);
  const { page } = visitor;
  await checkOut(page, ['Dream poster']);
  await press(page.getByRole('link', { name: 'Go back' }));
  await page.getByRole('status').filter({ hasText: 'Lines: 1' }).waitFor();
  assert.equal(page.url(), `${shop.url}/cart`);
  await press(page.getByRole('button', { name: 'Check out' }));
  await page.getByRole('heading', { name: 'Pay' }).waitFor();
  await visitor.leave();
});
