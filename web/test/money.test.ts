import { expect, test } from 'vitest';

import { money, parseMoney, price, typedMoney } from '../src/money';
import { limitWords, priceWords } from '../src/prices';

test('amounts are told in their currency, with its own number of decimals', () => {
  expect(money(123_456, 'usd')).toBe('$1,234.56');
  expect(money(1500, 'jpy')).toBe('¥1,500');
  expect(price(2900, 'usd')).toBe('$29');
  expect(price(2950, 'usd')).toBe('$29.50');
});

test.each([
  ['29', 'usd', 2900],
  ['29.5', 'usd', 2950],
  [' 1,029.50 ', 'usd', 102_950],
  ['0.1', 'usd', 10],
  ['1500', 'jpy', 1500],
  ['0', 'usd', 0],
  ['29.505', 'usd', null],
  ['1.5', 'jpy', null],
  ['', 'usd', null],
  ['-3', 'usd', null],
  ['1e3', 'usd', null],
])('%s in %s is %s', (typed, currency, amount) => {
  expect(parseMoney(typed, currency)).toBe(amount);
});

test('what is typed is what is read back', () => {
  for (const amount of [0, 5, 2900, 2950, 19_999]) expect(parseMoney(typedMoney(amount, 'usd'), 'usd')).toBe(amount);
});

test('prices and limits in words', () => {
  expect(priceWords({ price: 0 })).toBe('Free');
  expect(priceWords({ price: 9900, interval: 'year', currency: 'eur' })).toBe('€99 a year');
  expect(priceWords({ price: 0, billingMode: 'one_off' })).toBe('$0');
  expect(limitWords(-1, 'month')).toBe('Unlimited requests');
  expect(limitWords(5000, 'lifetime', 'tokens')).toBe('5,000 tokens in all');
});
