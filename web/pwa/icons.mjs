// Draws the icons of the installed dashboard anew from their SVG files.
//
//   node web/pwa/icons.mjs

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

const ICONS = [
  ['../src/mark.svg', 192, 'icon-192.png'],
  ['../src/mark.svg', 512, 'icon-512.png'],
  // Systems cut their own shape out of this one: its ground has no corners, and the mark is well inside.
  ['mark-maskable.svg', 512, 'icon-maskable-512.png'],
];

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const browser = await chromium.launch({
  executablePath: process.env.DREAM_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu'],
});
for (const [source, size, target] of ICONS) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const svg = await readFile(at(source), 'utf8');
  await page.setContent(`<style>body { margin: 0 } svg { display: block; width: ${size}px }</style>${svg}`);
  await page.screenshot({ path: at(target), omitBackground: true });
  await page.close();
}
await browser.close();
