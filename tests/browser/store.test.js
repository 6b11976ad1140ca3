// A store from a product that is added, with a picture, over an order that is paid to the money given back.

import assert from 'node:assert/strict';
import { before } from 'node:test';

import { isSound } from './axe.js';
import { launch, visit } from './browser.js';
import { journeyInLooks } from './looks.js';
import { connect, MUG, makeProject, newDeveloper, pay, stays } from './project.js';
import { start } from './server.js';

let server;
let browser;
before(async () => {
  [server, browser] = await Promise.all([start(), launch()]);
});

journeyInLooks('a product is added, bought, sent and refunded', async (look) => {
  const visitor = await visit(browser, look);
  const { page } = visitor;
  await newDeveloper(visitor, server);
  await connect(visitor, server);
  const { pk, at, api } = await makeProject(visitor, server, 'Weather wares', 'store', [MUG]);
  await addProduct(page, at);
  assert.equal(await stockOf(api), 9);

  await page.goto(`${at}/orders`);
  await page.getByText('No orders yet').waitFor();
  const isStill = await stays(page);
  const buyer = await visit(browser, look);
  const email = await buy(buyer, pk);
  const row = page.getByRole('row').filter({ hasText: email });
  await row.getByText('Paid').waitFor();
  await row.getByRole('cell', { name: '$50.00' }).waitFor();
  await isStill();

  await row.getByRole('link').click();
  await page.getByRole('heading', { level: 1, name: email }).waitFor();
  await send(page);
  await giveBack(page);
  await isSound(page);
  assert.equal(await stockOf(api), 9);
  await isToldTo(buyer, email);
  await page.goto(at);
  const card = (name) => page.getByRole('main').getByRole('link', { name });
  await card(/^Revenue\s*\$0\.00/).waitFor();
  await card(/^Sales\s*1/).waitFor();
  await card(/^Items in stock\s*18/).waitFor();
  await buyer.leave();
  await visitor.leave();
});

/** Adds one with a picture. */
async function addProduct(page, at) {
  await page.goto(`${at}/products`);
  await page.getByRole('button', { name: 'Add product' }).click();
  await page.getByRole('heading', { level: 1, name: 'Add product' }).waitFor();
  await page.getByLabel('Name').fill('Rain gauge');
  await page.getByLabel('Price', { exact: true }).fill('25');
  await page.getByLabel('In stock').fill('9');
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a picture' }).click();
  const picture = { name: 'gauge.png', mimeType: 'image/png', buffer: await page.screenshot({ clip: PICTURE }) };
  await (await chooser).setFiles(picture);
  await page.getByRole('button', { name: 'Choose another' }).waitFor();
  await page.getByRole('complementary', { name: 'Preview' }).getByText('$25').waitFor();
  await isSound(page);
  await page.getByRole('button', { name: 'Add product' }).click();
  await page.getByText('Added Rain gauge.').waitFor();
  const card = page.getByRole('main').getByRole('listitem').filter({ hasText: 'Rain gauge' });
  await card.getByText('9 in stock').waitFor();
  await isDrawn(card.locator('img'));
}

/** Any part of a page is a picture. */
const PICTURE = { x: 0, y: 0, width: 96, height: 96 };

async function isDrawn(image) {
  const element = await image.elementHandle();
  await image.page().waitForFunction(({ complete, naturalWidth }) => complete && naturalWidth === 96, element);
}

const isGauge = ({ name }) => name === 'Rain gauge';

async function stockOf(api) {
  return (await api.products.list()).products.find(isGauge).inventory;
}

/** Somebody buys two of it; answers the address. */
async function buy(buyer, pk) {
  const email = server.freshEmail('shopper');
  const headers = { 'X-Publishable-Key': pk, 'Content-Type': 'application/json' };
  const { products } = await (await fetch(`${server.url}/api/products`, { headers })).json();
  const { priceId } = products.find(isGauge);
  const body = JSON.stringify({ items: [{ priceId, quantity: 2 }] });
  const answer = await fetch(`${server.url}/api/cart/checkout`, { method: 'POST', headers, body });
  const { url } = await answer.json();
  await pay(buyer, url, { email });
  await buyer.page.getByRole('heading', { level: 1, name: 'Pay' }).waitFor({ state: 'detached' });
  return email;
}

/** The developer says where the parcel is. */
async function send(page) {
  await page.getByRole('button', { name: 'Mark as fulfilled' }).click();
  const dialog = page.getByRole('dialog', { name: 'Mark as fulfilled' });
  await dialog.getByLabel('Tracking link (optional)').fill('https://parcels.example/1843');
  await dialog.getByRole('button', { name: 'Mark as fulfilled' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('main').getByText('Fulfilled').first().waitFor();
}

/** A part goes back, then all the rest and the items with it. */
async function giveBack(page) {
  const dialog = page.getByRole('dialog', { name: 'Refund' });
  const amount = dialog.getByLabel('Amount in USD');
  await page.getByRole('button', { name: 'Refund' }).click();
  await dialog.getByText('$50.00 can still be refunded').waitFor();
  await amount.fill('50.01');
  await dialog.getByRole('button', { name: 'Refund' }).click();
  await dialog.getByText('Write an amount up to 50.').waitFor();
  await isSound(page);
  await amount.fill('20');
  await dialog.getByRole('button', { name: 'Refund' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('-$20.00').first().waitFor();
  await page.getByText('Partly refunded').first().waitFor();

  await page.getByRole('button', { name: 'Refund' }).click();
  await dialog.getByText('$30.00 can still be refunded').waitFor();
  await dialog.getByLabel('Put the items back into stock').check();
  await dialog.getByRole('button', { name: 'Refund' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('-$50.00').first().waitFor();
  await page.getByText('Refunded', { exact: true }).first().waitFor();
}

/** The receipt of the mail tells the same. */
async function isToldTo({ page }, email) {
  await page.goto(await server.link(email));
  await page.getByRole('heading', { level: 1, name: 'Your order was refunded' }).waitFor();
  await page.getByText('-$50.00').first().waitFor();
  await isDrawn(page.locator('li img'));
}
