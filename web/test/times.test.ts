import { expect, test } from 'vitest';

import { agoWords, timeWords } from '../src/times';

const NOW = Date.UTC(2026, 10, 21, 8, 16);
const minutes = (count: number) => NOW - count * 60_000;

test.each([
  [NOW, 'just now'],
  [NOW + 5000, 'just now'],
  [minutes(1), '1 minute ago'],
  [minutes(59), '59 minutes ago'],
  [minutes(60), '1 hour ago'],
  [minutes(23 * 60 + 59), '23 hours ago'],
  [minutes(24 * 60), '20 Nov 2026, 08:16 UTC'],
  [minutes(-2), '21 Nov 2026, 08:18 UTC'],
])('%d is %s', (at, words) => {
  expect(timeWords(at, NOW)).toBe(words);
});

test.each([
  [NOW, 'just now'],
  [NOW + 5000, 'just now'],
  [minutes(60), '1 hour ago'],
  [minutes(-60 * 24 * 3), '24 Nov 2026'],
])('%d was %s', (at, words) => {
  expect(agoWords(at, NOW)).toBe(words);
});
