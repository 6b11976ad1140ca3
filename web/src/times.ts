const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A time: relative when under a day, else like "21 Nov 2026, 08:16 UTC". Both in milliseconds since 1970. */
export function timeWords(at: number, now: number): string {
  const ago = now - at;
  if (ago < MINUTE_MS) return 'just now';
  if (ago < HOUR_MS) return count(Math.floor(ago / MINUTE_MS), 'minute');
  if (ago < DAY_MS) return count(Math.floor(ago / HOUR_MS), 'hour');
  return `${DATE.format(at)}, ${TIME.format(at)} UTC`;
}

/** A time to come or gone by: "in 3 days", "2 hours ago", beyond a month the day. Milliseconds since 1970. */
export function whenWords(at: number, now: number): string {
  const away = at - now;
  const far = Math.abs(away);
  if (far < MINUTE_MS) return away < 0 ? 'just now' : 'in a moment';
  if (far > 31 * DAY_MS) return dayWords(at);
  const [amount, noun] =
    far < HOUR_MS ? [far / MINUTE_MS, 'minute'] : far < DAY_MS ? [far / HOUR_MS, 'hour'] : [far / DAY_MS, 'day'];
  const number = Math.floor(Number(amount));
  const words = `${number} ${noun}${number === 1 ? '' : 's'}`;
  return away < 0 ? `${words} ago` : `in ${words}`;
}

/** A moment in full, like "21 Nov 2026, 08:16 UTC". */
export function momentWords(at: number): string {
  return `${DATE.format(at)}, ${TIME.format(at)} UTC`;
}

/** A day of a chart, like "21 Nov". */
export function shortDay(day: string): string {
  return SHORT_DAY.format(Date.parse(`${day}T00:00:00Z`));
}

/** A day, like "21 Nov 2026". */
export function dayWords(at: number): string {
  return DATE.format(at);
}

const DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const SHORT_DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' });

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'} ago`;
}
