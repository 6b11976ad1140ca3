import type { CallOptions, Http } from '../http';

/** What a user has used of one meter in the running period. */
export interface Usage {
  userId: string;
  /** The name of the tier the limit comes from. */
  plan: string;
  /** What is counted; `requests` unless named. */
  meter: string;
  /** Used in this period. */
  usageCount: number;
  /** The same as `usageCount`. */
  count: number;
  /** With what is extra. */
  limit: number | 'unlimited';
  remaining: number | 'unlimited';
  /** How much of the limit was granted on top of the plan's, for this period only; absent if nothing was. */
  extra?: number;
  /** First day of the period, UTC: `2026-11-01`. */
  periodStart: string;
  /** Last day of the period, UTC. */
  periodEnd: string;
  /** When the next period begins, an ISO time; absent for a limit that holds for a lifetime. */
  resetsAt?: string;
}

/** The answer of `usage.check()`: the meter `requests`, and all of them by name. */
export interface Standing extends Usage {
  meters: Record<string, Usage>;
}

/** What to count. */
export interface TrackParams {
  /** How much is used at once, 1 to 1,000,000,000; all of it or nothing. 1 if left out. */
  amount?: number;
  /** A meter that a tier of the project names. `requests` if left out. */
  meter?: string;
  /** Decide without counting. */
  dryRun?: boolean;
}

/** The answer of `usage.track()`. */
export interface UsageTrackResult {
  success: boolean;
  usage: Usage;
  userId?: string;
  data?: { message: string };
}

/** A period that is over. */
export interface ClosedPeriod {
  meter: string;
  periodStart: string;
  periodEnd: string;
  count: number;
  /** The plan at the end of it. */
  plan: string;
}

/** What a customer uses. */
export interface CustomerUsage {
  customerId: string;
  /** The name of the tier in force. */
  plan: string;
  /** Where they stand with each meter in its running period; `requests` first. */
  meters: Usage[];
  /** Every day of the span, the oldest first, with what was used by meter. */
  days: Array<{ /** `2026-11-21`, UTC. */ day: string; used: Record<string, number> }>;
  /** Periods that are over, newest first, 100 at most. */
  history: ClosedPeriod[];
}

/** Use on top of a plan's limit. */
export interface GrantUsageParams {
  /** How much more, 1 to 1,000,000,000. */
  amount: number;
  /** What of; `requests` if left out. */
  meter?: string;
  /** Why, for the audit log; up to 200 characters. */
  reason?: string;
}

/** Where a customer stands after a change. */
export interface UsageChange {
  success: boolean;
  usage: Usage;
}

/** Counting and limits. Reached as `api.usage`. */
export class UsageAPI {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /**
   * Counts one use, or `amount`, if the plan of the user allows it. At the limit it throws
   * `TierLimitException` and counts nothing.
   *
   * @example
   * ```ts
   * const { usage } = await api.usage.track();
   * console.log(`${usage.usageCount} of ${usage.limit}`);
   * ```
   * @example On a server, for a user of your own
   * ```ts
   * await api.usage.track({ amount: 10, meter: 'tokens' }, { userId: 'ada' });
   * ```
   */
  async track(params?: TrackParams, options?: CallOptions): Promise<UsageTrackResult> {
    const call = { ...options, body: params, user: 'required' as const };
    const answer = await this.#http.send<UsageTrackResult | Usage>('POST', '/api/data', call);
    return 'success' in answer ? answer : { success: true, usage: answer };
  }

  /**
   * Reads what was used and what is left; counts nothing.
   *
   * @example
   * ```ts
   * const { remaining } = await api.usage.check();
   * if (remaining === 0) showUpgrade();
   * ```
   */
  async check(options?: CallOptions): Promise<Standing> {
    const call = { ...options, user: 'required' as const };
    const answer = await this.#http.send<Standing | { usage: Standing }>('GET', '/api/usage', call);
    return 'usage' in answer ? answer.usage : answer;
  }

  /** What was used in periods that are over, newest first, 100 at most. */
  history(options?: CallOptions): Promise<{ userId: string; periods: ClosedPeriod[] }> {
    return this.#http.send('GET', '/api/usage/history', { ...options, user: 'required' });
  }
}
