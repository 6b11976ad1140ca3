/** Reads the numbers of a page as people read them: as text. */
import assert from 'node:assert/strict';

import { until } from './server.js';

/** Waits until what is read is what is expected. */
export async function shows(read, expected) {
  let last;
  const isThere = async () => {
    last = await read();
    return JSON.stringify(last) === JSON.stringify(expected);
  };
  await until('the page shows what the ledger says', isThere).catch(() => assert.deepEqual(last, expected));
}

/** The cards of an overview, each as one text. */
export function cards(page) {
  return page.getByRole('main').locator('a[class*=card]').allTextContents();
}

/** The figures beside one with this name. */
export function figuresOf(page, name) {
  return page.getByText(name, { exact: true }).first().locator('xpath=../../div').allTextContents();
}

/** What stands beside a name in a list of facts; null where it is not there. */
export function fact(page, name) {
  return page
    .locator('dl > div')
    .filter({ has: page.getByText(name, { exact: true }) })
    .locator('dd')
    .first()
    .textContent({ timeout: 1000 })
    .catch(() => null);
}

/** The rows of a table by its label, each a list of texts. */
export async function rows(page, label) {
  const found = await page
    .getByRole('region', { name: `Table: ${label}` })
    .locator('tbody tr')
    .all();
  return Promise.all(found.map((row) => textsOf(row.locator('td'))));
}

/** The rows of the table of a chart. */
export async function chart(page, label) {
  const found = await page.locator(`section[aria-label="Values of ${label}"] tbody tr`).all();
  return Promise.all(found.map((row) => textsOf(row.locator('th, td'))));
}

/** The texts of elements, without the space around them. */
async function textsOf(elements) {
  return (await elements.allTextContents()).map((text) => text.trim());
}
