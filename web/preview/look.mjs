// Takes a picture of every page at two widths in both themes, and lets axe look at each.
//
//   npm run build -w web && node web/preview/look.mjs FOLDER [part of a name]

import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { chromium } from 'playwright-core';

import { DASHBOARD } from './dashboard-views.mjs';
import { HOSTED } from './hosted-views.mjs';
import { listen } from './server.mjs';

const WIDTHS = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

const [folder = 'shots', part = ''] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const { server, origin } = await listen(0);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: FLAGS.split(' '),
});
let findings = 0;
for (const [name, shot] of Object.entries({ ...HOSTED, ...DASHBOARD }).filter(([name]) => name.includes(part))) {
  for (const [size, viewport] of Object.entries(WIDTHS)) {
    for (const colorScheme of ['light', 'dark'])
      await look(`${name}-${size}-${colorScheme}`, shot, { viewport, colorScheme });
  }
}
await browser.close();
server.close();
console.log(`${findings} findings`);
process.exitCode = findings > 0 ? 1 : 0;

async function look(name, { path, act, clock }, options) {
  const page = await browser.newPage({ ...options, reducedMotion: 'reduce', bypassCSP: true });
  page.on('pageerror', (error) => report(name, `error: ${error.message}`));
  page.on(
    'request',
    (request) => request.url().startsWith(origin) || request.url().startsWith('data:') || report(name, request.url()),
  );
  if (clock) await page.clock.install();
  await page.goto(origin + path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await act?.(page);
  await page.waitForTimeout(450);
  // As tall as its content, so that what sticks to the foot of the window stands there in the picture too.
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ ...options.viewport, height: Math.max(height, options.viewport.height) });
  await page.waitForTimeout(150);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (overflow > 0) report(name, `is ${overflow} px too wide`);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  for (const { id, impact, help, nodes } of violations)
    report(name, `${impact} ${id}: ${help}: ${nodes[0].html.slice(0, 160)}`);
  await page.close();
}

function report(name, what) {
  findings += 1;
  console.log(`${name}: ${what}`);
}
