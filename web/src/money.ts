const digits = new Map<string, number>();

/** An amount in minor units, with its currency: 2900 of `usd` is "$29.00". */
export function money(amount: number, currency: string): string {
  const places = placesOf(currency);
  return new Intl.NumberFormat('en', { style: 'currency', currency }).format(amount / 10 ** places);
}

/** Without decimals where there are none, for prices: 2900 of `usd` is "$29". */
export function price(amount: number, currency: string): string {
  const places = placesOf(currency);
  const whole = amount % 10 ** places === 0;
  return new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
    ...(whole ? { minimumFractionDigits: 0, maximumFractionDigits: 0 } : {}),
  }).format(amount / 10 ** places);
}

/** A short form for axes: 1250000 of `usd` is "$12.5K". */
export function shortMoney(amount: number, currency: string): string {
  return new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
    notation: 'compact',
    minimumFractionDigits: 0,
    maximumFractionDigits: 1,
  }).format(amount / 10 ** placesOf(currency));
}

/** Minor units as a person types them: 2950 of `usd` is "29.50". */
export function typedMoney(amount: number, currency: string): string {
  const places = placesOf(currency);
  return (amount / 10 ** places).toFixed(amount % 10 ** places === 0 ? 0 : places);
}

/** Minor units from what was typed; null where it is no amount. */
export function parseMoney(typed: string, currency: string): number | null {
  const text = typed.trim().replace(/,/g, '');
  const places = placesOf(currency);
  if (!/^\d{1,9}(\.\d+)?$/.test(text)) return null;
  const [whole = '', fraction = ''] = text.split('.');
  return fraction.length > places ? null : Number(whole + fraction.padEnd(places, '0'));
}

/** A count with separators: 12,345. */
export function count(number: number): string {
  return COUNT.format(number);
}

/** A count with its noun: "1 customer", "1,204 customers". */
export function counted(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** A short count for axes: 12.3K. */
export function shortCount(number: number): string {
  return SHORT.format(number);
}

const COUNT = new Intl.NumberFormat('en');
const SHORT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

function placesOf(currency: string): number {
  const known = digits.get(currency);
  if (known !== undefined) return known;
  const places = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits;
  digits.set(currency, places ?? 2);
  return places ?? 2;
}
