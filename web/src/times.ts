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

/** A day, like "21 Nov 2026". */
export function dayWords(at: number): string {
  return DATE.format(at);
}

const DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' });

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'} ago`;
}
