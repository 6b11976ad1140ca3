import { counted } from './money';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A time: relative when under a day, else like "21 Nov 2026, 08:16 UTC". Both in milliseconds since 1970. */
export function timeWords(at: number, now: number): string {
  const ago = now - at;
  if (Math.abs(ago) < MINUTE_MS) return 'just now';
  if (ago < 0) return momentWords(at);
  return ago < DAY_MS ? `${spanWords(ago)} ago` : momentWords(at);
}

/** A time to come or gone by: "in 3 days", "2 hours ago", beyond a month the day. Milliseconds since 1970. */
export function whenWords(at: number, now: number): string {
  const away = at - now;
  const far = Math.abs(away);
  if (far < MINUTE_MS) return away < 0 ? 'just now' : 'in a moment';
  if (far > 31 * DAY_MS) return dayWords(at);
  return away < 0 ? `${spanWords(far)} ago` : `in ${spanWords(far)}`;
}

/** A length of time in its largest unit, at least a minute: "3 days", "2 hours". */
export function spanWords(ms: number): string {
  if (ms < HOUR_MS) return counted(Math.max(1, Math.floor(ms / MINUTE_MS)), 'minute');
  return ms < DAY_MS ? counted(Math.floor(ms / HOUR_MS), 'hour') : counted(Math.floor(ms / DAY_MS), 'day');
}

/** How long ago something was: "2 hours ago"; the day, if a clock says that it is still to come. */
export function agoWords(at: number, now: number): string {
  return at - now < MINUTE_MS ? whenWords(Math.min(at, now - 1), now) : dayWords(at);
}

/** A moment in full, like "21 Nov 2026, 08:16 UTC". */
export function momentWords(at: number): string {
  return `${DATE.format(at)}, ${TIME.format(at)} UTC`;
}

/** A day of a chart, like "21 Nov". */
export function shortDay(day: string): string {
  return SHORT_DAY.format(Date.parse(`${day}T00:00:00Z`));
}

/** The day of a moment as the API names it, like "2026-11-21". */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** A day, like "21 Nov 2026". */
export function dayWords(at: number): string {
  return DATE.format(at);
}

const DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const SHORT_DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' });
