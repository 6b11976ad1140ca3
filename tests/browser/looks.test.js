// Every state of every hosted page: nothing goes wrong in the browser, axe finds nothing serious in light or dark, wide
// or narrow, and a phone never scrolls sideways. With DREAM_SCREENSHOTS each is kept as a picture in that folder.

import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';

import { journey, launch, visit } from './browser.js';
import { start as startIssuer } from './oidc.js';
import { start } from './server.js';
import { addresses, prepare, STATES } from './states.js';

const WIDTHS = [390, 1440];
const SCHEMES = ['light', 'dark'];
const HEIGHT = 900;
const GRAVE = ['serious', 'critical'];
const PICTURES = process.env.DREAM_SCREENSHOTS;

let server;
let browser;
let issuer;
let axe;
let prepared;
before(async () => {
  [server, browser] = await Promise.all([start(), launch()]);
  issuer = await startIssuer({ redirectUris: [`${server.url}/auth/callback/acme`] });
  axe = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
  prepared = await prepare(server, issuer, await drawLogo());
  if (PICTURES) await mkdir(PICTURES, { recursive: true });
});
after(() => Promise.all([server?.stop(), browser?.close(), issuer?.stop()]));

for (const [name, { open, trouble = [] }] of Object.entries(STATES)) {
  journey(name, async () => {
    const visitor = await visit(browser, { viewport: { width: 1440, height: HEIGHT }, reducedMotion: 'reduce' });
    const { page } = visitor;
    await open({ visitor, page, server, at: addresses(server), ...prepared });
    await page.evaluate(axe);
    // A colour half way to the other scheme would be measured.
    await page.addStyleTag({ content: '*, ::before, ::after { transition: none !important; }' });
    assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
    const findings = [];
    for (const width of WIDTHS) {
      for (const colorScheme of SCHEMES) {
        await page.setViewportSize({ width, height: HEIGHT });
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
        findings.push(...(await examine(page)).map((finding) => `${width} ${colorScheme}: ${finding}`));
        await picture(page, `${name}-${width}-${colorScheme}`);
      }
    }
    assert.deepEqual(findings, []);
    await visitor.leave(trouble);
  });
}

/** What is wrong with the page as it stands. */
async function examine(page) {
  const { tooWide, violations } = await page.evaluate(lookAtPage);
  const grave = violations.filter(({ impact }) => GRAVE.includes(impact));
  const found = grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  return tooWide > 0 ? [`${tooWide} px too wide`, ...found] : found;
}

/** Runs in the page, as soon as its fonts are there and it is drawn. */
async function lookAtPage() {
  await document.fonts.ready;
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const { scrollWidth, clientWidth } = document.documentElement;
  const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] });
  return { tooWide: scrollWidth - clientWidth, violations };
}

async function picture(page, name) {
  if (!PICTURES) return;
  await page.screenshot({ path: join(PICTURES, `${name.replaceAll(/[^\w-]+/g, '-')}.png`), fullPage: true });
}

/** A picture as a developer might upload it. */
async function drawLogo() {
  const page = await browser.newPage({ viewport: { width: 128, height: 128 } });
  await page.setContent('<body style="margin:0;background:radial-gradient(circle,#ffe14d 40%,#1d4ed8 42%)">');
  const logo = await page.screenshot();
  await page.close();
  return logo;
}
