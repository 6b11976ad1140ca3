/** Hands on the keyboard and nowhere else: these functions only look at elements, and press keys. */
import assert from 'node:assert/strict';

/** More stops than any page has. */
const MOST_STOPS = 60;

/** Waits until the focus is there. */
export async function hasFocus(locator) {
  const element = await locator.elementHandle();
  await locator
    .page()
    .waitForFunction((wanted) => document.activeElement === wanted, element)
    .catch(async () => assert.fail(`the focus is not on ${locator}, but on ${await focused(locator.page())}`));
}

/** Presses Tab until the focus is there. At each stop on the way the focus can be seen. */
export async function tabTo(locator) {
  const page = locator.page();
  const element = await locator.elementHandle();
  const stops = [];
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    if (await element.evaluate((wanted) => document.activeElement === wanted)) return;
    await page.keyboard.press('Tab');
    const { name, isSeen } = await page.evaluate(lookAtFocus);
    assert.ok(isSeen, `nothing shows that the focus is on ${name}`);
    stops.push(name);
  }
  assert.fail(`Tab does not reach ${locator}, only ${[...new Set(stops)].join(', ')}`);
}

/** Goes there with Tab and presses Enter. */
export async function press(locator) {
  await tabTo(locator);
  await locator.page().keyboard.press('Enter');
}

/** Goes there with Tab and types over what is there. */
export async function type(locator, text) {
  await tabTo(locator);
  await locator.page().keyboard.press('Control+A');
  await locator.page().keyboard.type(text);
}

/** The focused element, in words. */
async function focused(page) {
  return (await page.evaluate(lookAtFocus)).name;
}

/** Runs in the page: what has the focus, and whether an outline shows it. */
function lookAtFocus() {
  const element = document.activeElement;
  const words = element.getAttribute('aria-label') ?? (element.innerText || element.name || '');
  const name = `<${element.localName}> ${words.trim().slice(0, 40)}`;
  if (element === document.body || element === document.documentElement) return { name, isSeen: true };
  // A field may show it on the frame around itself.
  const around = [element, element.parentElement, element.parentElement?.parentElement].filter(Boolean);
  const isOutlined = (part) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(part);
    return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0;
  };
  return { name, isSeen: around.some(isOutlined) };
}
