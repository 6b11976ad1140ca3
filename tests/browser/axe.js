/** axe in a page. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const GRAVE = ['serious', 'critical'];
const SCRIPT = fileURLToPath(import.meta.resolve('axe-core/axe.min.js'));

/** Brings axe into the page, and takes away what moves: a colour half way to another would be measured. */
export async function bringAxe(page) {
  await page.evaluate(await readFile(SCRIPT, 'utf8'));
  await page.addStyleTag({ content: '*, ::before, ::after { transition: none !important; }' });
}

/** What is seriously wrong with the page as it stands, and whether it is too wide. */
export async function examine(page) {
  const { tooWide, violations } = await page.evaluate(lookAtPage);
  const grave = violations.filter(({ impact }) => GRAVE.includes(impact));
  const found = grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  return tooWide > 0 ? [`${tooWide} px too wide`, ...found] : found;
}

/** Fails unless the page has one heading of the first level and nothing seriously wrong. */
export async function isSound(page) {
  await bringAxe(page);
  assert.deepEqual(await examine(page), [], page.url());
  assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1, page.url());
}

/** Runs in the page, as soon as its fonts are there and it is drawn. */
async function lookAtPage() {
  await document.fonts.ready;
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const { scrollWidth, clientWidth } = document.documentElement;
  const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] });
  return { tooWide: scrollWidth - clientWidth, violations };
}
