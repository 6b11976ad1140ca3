import { count, price } from './money';

/** What a price needs to be told. */
export interface Priced {
  /** Minor units. */
  price: number;
  currency?: string;
  interval?: string;
  billingMode?: string;
}

/** A price as people say it: "Free", "$29 a month", "$5". */
export function priceWords({ price: amount, currency = 'usd', interval = 'month', billingMode }: Priced): string {
  if (billingMode === 'one_off') return price(amount, currency);
  return amount === 0 ? 'Free' : `${price(amount, currency)} a ${interval}`;
}

/** A limit as people say it: "Unlimited requests", "500 requests a month". -1 is unlimited. */
export function limitWords(limit: number, period: string, meter = 'requests'): string {
  if (limit < 0) return `Unlimited ${meter}`;
  return `${count(limit)} ${meter} ${period === 'lifetime' ? 'in all' : `a ${period}`}`;
}
