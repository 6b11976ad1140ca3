/** A page in light and dark, wide and narrow. With DREAM_SCREENSHOTS each look is kept as a picture in that folder. */
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { bringAxe, examine } from './axe.js';
import { journey } from './browser.js';

const WIDTHS = [390, 1440];
const SCHEMES = ['light', 'dark'];
const HEIGHT = 900;
const PICTURES = process.env.DREAM_SCREENSHOTS;

/** The browser of somebody whose page is looked at. */
export const LOOKING = { viewport: { width: 1440, height: HEIGHT }, reducedMotion: 'reduce' };

/** The same, on a phone. */
export const PHONE = { ...LOOKING, viewport: { width: 390, height: HEIGHT } };

/** Everybody sees a journey wide and light; with DREAM_TEST_LONG also narrow, and in the dark. */
const OF_JOURNEYS = process.env.DREAM_TEST_LONG
  ? WIDTHS.flatMap((width) => SCHEMES.map((colorScheme) => ({ width, colorScheme })))
  : [{ width: 1440, colorScheme: 'light' }];

/** A journey made in each look. `run` is given what a visitor's browser is to be like. */
export function journeyInLooks(name, run) {
  for (const { width, colorScheme } of OF_JOURNEYS) {
    const look = { viewport: { width, height: HEIGHT }, colorScheme, reducedMotion: 'reduce' };
    journey(`${name}, ${width} ${colorScheme}`, () => run(look));
  }
}

/** Fails unless the page, as it stands, has one heading of the first level and nothing seriously wrong in any look. */
export async function isSoundInEveryLook(page, name) {
  await bringAxe(page);
  assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
  const findings = [];
  for (const width of WIDTHS) {
    for (const colorScheme of SCHEMES) {
      await page.setViewportSize({ width, height: HEIGHT });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
      findings.push(...(await examine(page)).map((finding) => `${width} ${colorScheme}: ${finding}`));
      await picture(page, width, `${name}-${width}-${colorScheme}`);
    }
  }
  assert.deepEqual(findings, []);
}

async function picture(page, width, name) {
  if (!PICTURES) return;
  await mkdir(PICTURES, { recursive: true });
  // A window as high as the page, so that what stands at its foot does so in the picture.
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width, height });
  await page.screenshot({ path: join(PICTURES, `${name.replaceAll(/[^\w-]+/g, '-')}.png`), fullPage: true });
}
