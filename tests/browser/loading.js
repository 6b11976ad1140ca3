/** How a page loads: whether what is seen moves, and how much script comes before it can be used. */
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';

/** Bytes of script of one page, compressed. */
const SCRIPT_BYTES_MAX = 250_000;
/** What may move, as browsers measure it: the share of the window times the share of the way. A tenth of what passes
 * for good: a line that comes late in a whole page is more. */
const SHIFT_MAX = 0.01;

/**
 * Watches a page from now on.
 *
 * @param {import('playwright-core').Page} page before it goes anywhere
 * @returns {Promise<() => Promise<void>>} fails unless all was still, and the scripts are small
 */
export async function watchLoading(page) {
  const scripts = [];
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') scripts.push(response.body());
  });
  await page.addInitScript(noteShifts);
  return async () => {
    const bodies = await Promise.all(scripts);
    const bytes = bodies.reduce((sum, body) => sum + gzipSync(body).length, 0);
    assert.ok(bytes > 0 && bytes <= SCRIPT_BYTES_MAX, `${bytes} bytes of script`);
    const shifts = await page.evaluate(() => globalThis.shifts);
    const moved = shifts.reduce((sum, { value }) => sum + value, 0);
    assert.ok(moved <= SHIFT_MAX, `${moved} moved: ${JSON.stringify(shifts)}`);
  };
}

/** Runs in the page: keeps what moved though nobody had touched anything. */
function noteShifts() {
  globalThis.shifts = [];
  const nameOf = ({ node }) => node?.outerHTML?.slice(0, 120);
  const note = ({ value, sources }) => globalThis.shifts.push({ value, of: sources.map(nameOf) });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) note(entry);
  }).observe({ type: 'layout-shift', buffered: true });
}
