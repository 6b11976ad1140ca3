/** A page in light and dark, wide and narrow. With DREAM_SCREENSHOTS each look is kept as a picture in that folder. */
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { bringAxe, examine } from './axe.js';

const WIDTHS = [390, 1440];
const SCHEMES = ['light', 'dark'];
const HEIGHT = 900;
const PICTURES = process.env.DREAM_SCREENSHOTS;

/** The browser of somebody whose page is looked at. */
export const LOOKING = { viewport: { width: 1440, height: HEIGHT }, reducedMotion: 'reduce' };

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
      await picture(page, `${name}-${width}-${colorScheme}`);
    }
  }
  assert.deepEqual(findings, []);
}

async function picture(page, name) {
  if (!PICTURES) return;
  await mkdir(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name.replaceAll(/[^\w-]+/g, '-')}.png`), fullPage: true });
}
