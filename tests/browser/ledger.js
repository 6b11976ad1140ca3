/** What somebody writes down who watches a business: every event once, and what the sums of it must be on a day. */

const DAY_MS = 86_400_000;
const WINDOW_MS = 30 * DAY_MS;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const SIGNS = { usd: '$', eur: '€' };

/** The books of one project. Times in milliseconds since 1970, amounts in minor units. */
export class Ledger {
  /** `{at, who, amount}` */
  used = [];
  /** What a user pays a month changed: `{at, currency, by}`. */
  changes = [];
  /** `{who, since, currency, amount, canceledAt}` */
  subscriptions = [];
  /** `{at, email, currency, lines: [{name, quantity, amount}], refunded, status}`; `at` is null while it is not paid. */
  orders = [];

  buys(who, at, { currency, amount }) {
    this.subscriptions.push({ who, since: at, currency, amount, canceledAt: null });
    this.changes.push({ at, currency, by: amount });
  }

  cancels(who, at) {
    const held = this.of(who);
    held.canceledAt = at;
    this.changes.push({ at, currency: held.currency, by: -held.amount });
  }

  /** The subscription of somebody. */
  of(who) {
    return this.subscriptions.find((held) => held.who === who);
  }

  /** How somebody stands, and until when it is paid; nothing where it is over or never was. */
  standing(who, now) {
    const held = this.of(who);
    if (!held) return null;
    const end = addMonths(held.since, periods(held.since, held.canceledAt ?? now).length);
    if (held.canceledAt === null) return { status: 'Active', end };
    return now < end ? { status: 'Canceling', end } : null;
  }

  /** What somebody was billed, the newest first. */
  invoices(who, now) {
    const held = this.of(who);
    if (!held) return [];
    const all = periods(held.since, held.canceledAt ?? now);
    return all.toReversed().map((at) => [dayWords(at), 'Paid', money(held.amount, held.currency)]);
  }

  /** Monthly revenue before a moment, by currency. */
  mrr(until) {
    return sums(this.changes.filter(({ at }) => at < until).map(({ currency, by }) => [currency, by]));
  }

  /** How many pay, or paid, at a moment. */
  paying(at) {
    const goesOn = ({ canceledAt }) => canceledAt === null || canceledAt >= at;
    return this.subscriptions.filter((held) => held.since < at && goesOn(held)).length;
  }

  /** How many had cancelled before a moment, and had not come to their end then. */
  canceling(at) {
    const leaves = ({ who, canceledAt }) => canceledAt !== null && canceledAt < at && this.standing(who, at) !== null;
    return this.subscriptions.filter(leaves).length;
  }

  /** Calls of somebody, or of all, between two moments, the first included. */
  calls(from, to, who) {
    return sum(
      this.used.filter((use) => use.at >= from && use.at < to && (!who || use.who === who)).map(({ amount }) => amount),
    );
  }

  /** Calls of this calendar month, of somebody or of all. */
  callsThisMonth(now, who) {
    return this.calls(monthStart(now), now + 1, who);
  }

  /** Calls of as many days of the month before. */
  callsLastMonth(now) {
    const first = monthStart(now);
    const before = monthStart(first - 1);
    const days = Math.floor(now / DAY_MS) - Math.floor(first / DAY_MS) + 1;
    return this.calls(before, Math.min(before + days * DAY_MS, first));
  }

  /** Orders that are paid before a moment. */
  paid(until = Number.POSITIVE_INFINITY) {
    return this.orders.filter(({ at }) => at !== null && at < until);
  }

  /** What stays of them in a currency. */
  revenue(currency, until) {
    const ours = this.paid(until).filter((order) => order.currency === currency);
    return sum(ours.map(({ lines, refunded }) => sum(lines.map(({ amount }) => amount)) - refunded));
  }

  /** By day, the oldest first: `[day, value…]` of the last `count` days. */
  byDay(now, count, values) {
    const today = Math.floor(now / DAY_MS) * DAY_MS;
    return Array.from({ length: count }, (_, index) => {
      const day = today - (count - 1 - index) * DAY_MS;
      return [shortDay(day), ...values(day, day + DAY_MS)];
    });
  }
}

/** The moment thirty days ago. */
export const longAgo = (now) => now - WINDOW_MS;

/** "$1,204.50" */
export function money(minor, currency) {
  const [whole, fraction] = (Math.abs(minor) / 100).toFixed(2).split('.');
  return `${minor < 0 ? '-' : ''}${SIGNS[currency]}${separated(whole)}.${fraction}`;
}

/** "12,345" */
export function separated(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** "21 Nov 2026" */
export function dayWords(at) {
  const day = new Date(at);
  return `${day.getUTCDate()} ${MONTHS[day.getUTCMonth()]} ${day.getUTCFullYear()}`;
}

/** "21 Nov" */
export function shortDay(at) {
  return dayWords(at).replace(/ \d+$/, '');
}

/** "21 Nov 2026, 08:16 UTC" */
export function momentWords(at) {
  return `${dayWords(at)}, ${new Date(at).toISOString().slice(11, 16)} UTC`;
}

/** When the next calendar month begins. */
export function nextMonth(now) {
  return addMonths(monthStart(now), 1);
}

export function sum(numbers) {
  return numbers.reduce((all, one) => all + one, 0);
}

/** The beginnings of the periods that have begun, the first one first. */
function periods(since, now) {
  const all = [since];
  while (addMonths(since, all.length) <= now) all.push(addMonths(since, all.length));
  return all;
}

/** The same day of a later month, or its last one. */
function addMonths(at, count) {
  const day = new Date(at);
  const last = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + count + 1, 0)).getUTCDate();
  const time = at % DAY_MS;
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + count, Math.min(day.getUTCDate(), last)) + time;
}

function monthStart(at) {
  const day = new Date(at);
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), 1);
}

function sums(pairs) {
  const all = {};
  for (const [currency, amount] of pairs) all[currency] = (all[currency] ?? 0) + amount;
  return all;
}
