// Takes a picture of every page at two widths in both themes, and lets axe look at each.
//
//   npm run build -w web && node web/preview/look.mjs FOLDER [part of a name]

import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { chromium } from 'playwright-core';

import { listen } from './server.mjs';

const WIDTHS = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

const weather = 'pk=pk_live_weather&redirect=http://localhost:3000/welcome';
const notes = 'pk=pk_test_notes&redirect=http://localhost:3000/';
const yellow = 'pk=pk_test_yellow&redirect=http://localhost:3000/';

/** The pages; `act` brings one into the state to look at. */
const PAGES = {
  signup: { path: `/signup?${weather}` },
  'signup-mailed': {
    path: `/signup?${weather}`,
    act: (page) => typeAndSend(page, 'Sign up', { 'E-mail address': 'ada@example.com', Password: 'correct horse' }),
  },
  'signup-test': { path: `/signup?${notes}` },
  'signup-errors': {
    path: `/signup?${notes}`,
    act: (page) => typeAndSend(page, 'Sign up', { 'E-mail address': 'ada', Password: 'short' }),
  },
  'signin-yellow': { path: `/signin?${yellow}` },
  'signin-choose': { path: `/signin?${weather}&as=ada` },
  'signin-wrong': {
    path: `/signin?${notes}`,
    act: (page) => typeAndSend(page, 'Sign in', { 'E-mail address': 'ada@example.com', Password: 'wrong password' }),
  },
  'signin-broken': {
    path: `/signin?${weather}`,
    act: (page) => typeAndSend(page, 'Sign in', { 'E-mail address': 'broken@example.com', Password: 'correct horse' }),
  },
  'signin-provider-error': { path: `/signin?${weather}&error=provider_failed` },
  reset: { path: `/reset?${weather}` },
  'reset-code': {
    path: `/reset?${weather}`,
    act: async (page) => {
      await typeAndSend(page, 'Send code', { 'E-mail address': 'ada@example.com' });
      await typeAndSend(page, 'Set password and sign in', {
        'Six-digit code': '123456',
        'New password': 'correct horse',
      });
    },
  },
  'reset-link': { path: `/reset?${weather}&token=good` },
  verify: { path: `/verify?${weather}&token=good` },
  'verify-elsewhere': {
    path: `/verify?${weather}&token=elsewhere`,
    act: (page) => press(page, 'Confirm e-mail address'),
  },
  'verify-dead': { path: `/verify?${weather}&token=old`, act: (page) => press(page, 'Confirm e-mail address') },
  refresh: { path: `/refresh?${weather}&plan=pro&as=ada` },
  'refresh-late': {
    path: `/refresh?${weather}&plan=pro&as=ada`,
    act: async (page) => {
      await page.clock.fastForward(61_000);
      await page.getByRole('button', { name: 'Try again' }).waitFor();
    },
    clock: true,
  },
  account: { path: `/account?${weather}&as=ada` },
  'account-test': { path: `/account?${yellow}&as=ada` },
  'account-email': { path: `/account?${weather}&as=ada`, act: (page) => press(page, 'Change address') },
  'account-delete': { path: `/account?${weather}&as=ada`, act: (page) => press(page, 'Delete account') },
  'error-redirect': { path: '/signin?pk=pk_live_weather&redirect=https://evil.example/' },
  'error-unknown': { path: '/signin?pk=pk_live_nobody&redirect=http://localhost:3000/' },
  home: { path: '/' },
  'home-developer': { path: '/?as=ada' },
};

const [folder = 'shots', part = ''] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const { server, origin } = await listen(0);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: FLAGS.split(' '),
});
let findings = 0;
for (const [name, shot] of Object.entries(PAGES).filter(([name]) => name.includes(part))) {
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
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
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

async function typeAndSend(page, button, fields) {
  for (const [label, text] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(text);
  await press(page, button);
}

async function press(page, name) {
  await page.getByRole('button', { name, exact: true }).first().click();
  await page.waitForTimeout(600);
}
