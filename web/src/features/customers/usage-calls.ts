import { ask, send } from '../../dashboard/calls';
import { one } from './calls';

/** What a customer uses. */
export interface CustomerUsage {
  customerId: string;
  plan: string;
  /** `requests` first. */
  meters: MeterUse[];
  /** Every day of the span, the oldest first. */
  days: { day: string; used: Record<string, number> }[];
  /** Periods that are over, the newest first. */
  history: ClosedPeriod[];
}

/** Where a customer stands with a meter, in the period that runs. */
export interface MeterUse {
  meter: string;
  plan: string;
  count: number;
  /** With what is extra. */
  limit: number | 'unlimited';
  remaining: number | 'unlimited';
  /** Granted on top of the plan, for this period only. */
  extra?: number;
  /** RFC 3339; absent where it counts for a lifetime. */
  resetsAt?: string;
}

export interface ClosedPeriod {
  meter: string;
  /** First and last day, `YYYY-MM-DD`. */
  periodStart: string;
  periodEnd: string;
  count: number;
  plan: string;
}

/** The most that can be granted at once. */
export const GRANT_MAX = 1_000_000_000;
/** The longest reason, in characters. */
export const REASON_MAX = 200;

/** What is used in one read: every meter, the last `days` days, and closed periods. */
export function readUsage(pk: string, id: string, days: string): Promise<CustomerUsage> {
  return ask(`${one(id)}/usage`, pk, { days });
}

/** Grants more than the plan gives, for the period that runs. */
export function grantUsage(
  pk: string,
  id: string,
  wish: { amount: number; meter: string; reason?: string },
  repeatKey: string,
): Promise<{ usage: MeterUse }> {
  return send('POST', `${one(id)}/usage/grant`, wish, { publishableKey: pk, repeatKey });
}

/** Takes the count of the period that runs back to 0, of all meters if none is named. */
export function resetUsage(
  pk: string,
  id: string,
  wish: { meter?: string },
  repeatKey: string,
): Promise<{ usage: MeterUse }> {
  return send('POST', `${one(id)}/usage/reset`, wish, { publishableKey: pk, repeatKey });
}
