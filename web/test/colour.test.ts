import { describe, expect, test } from 'vitest';

import { contrast, mix, READABLE, readable } from '../src/colour';
import { accents } from '../src/theme';

describe('contrast', () => {
  test('follows WCAG 2', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
    expect(contrast('#ffffff', '#ffffff')).toBe(1);
    expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2);
    expect(contrast('#ffffff', '#767676')).toBeCloseTo(4.54, 2);
  });
});

describe('readable', () => {
  test('leaves a colour alone that can be read', () => {
    expect(readable('#5b5bd6', ['#ffffff'])).toBe('#5b5bd6');
    expect(readable('#5B5BD6', ['#ffffff'])).toBe('#5b5bd6');
  });

  test('darkens on light and lightens on dark grounds, no further than it must', () => {
    const onLight = contrast(readable('#ffe600', ['#ffffff']), '#ffffff');
    const onDark = contrast(readable('#22223b', ['#0d1117']), '#0d1117');
    for (const ratio of [onLight, onDark]) {
      expect(ratio).toBeGreaterThanOrEqual(READABLE);
      expect(ratio).toBeLessThan(READABLE + 0.3);
    }
  });

  test('keeps the hue: red stays more red than anything', () => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) =>
      Number.parseInt(readable('#ff6b6b', ['#ffffff']).slice(at, at + 2), 16),
    );
    expect(r).toBeGreaterThan(g + 60);
    expect(r).toBeGreaterThan(b + 60);
  });

  test('takes what is no colour for grey', () => {
    for (const colour of ['', 'red', '#fff', '#12345', 'url(x)']) {
      expect(contrast(readable(colour, ['#ffffff']), '#ffffff')).toBeGreaterThanOrEqual(READABLE);
    }
  });
});

test('mix is between its colours', () => {
  expect(mix('#000000', '#ffffff', 0)).toBe('#ffffff');
  expect(mix('#000000', '#ffffff', 1)).toBe('#000000');
  expect(mix('#ff0000', '#0000ff', 0.5)).toBe('#800080');
});

test('every accent can be read in both themes, and so can what is written on it', () => {
  const steps = ['00', '33', '66', '99', 'cc', 'ff'];
  for (const r of steps)
    for (const g of steps)
      for (const b of steps) {
        const { light, dark } = accents(`#${r}${g}${b}`);
        const pairs = [
          [light.accent, '#ffffff'],
          [light.accent, '#f6f7fa'],
          [light.accent, light.onAccent],
          [dark.accent, '#0d1117'],
          [dark.accent, '#151a23'],
          [dark.accent, dark.onAccent],
        ] as const;
        for (const [one, other] of pairs)
          expect(contrast(one, other), `${one} on ${other}`).toBeGreaterThanOrEqual(READABLE);
      }
});
