import { ask } from '../../dashboard/calls';

/** What a project's customers use of a meter. */
export interface Used {
  meter: string;
  /** All meters that can be asked about. */
  meters: string[];
  /** Every day of the span, the oldest first. */
  days: { day: string; used: number }[];
  /** In this calendar month. */
  used: number;
  /** In as many days of the month before. */
  previous: number;
  /** In the periods that run: who used the meter, who is at 80 % or more but not at the limit, who is at it. */
  customers: { counted: number; close: number; reached: number };
  /** Who used most comes first; 10 at most. */
  top: UsageOfCustomer[];
}

/** A page of those who use a meter. */
export interface UsageOfCustomers {
  meter: string;
  meters: string[];
  customers: UsageOfCustomer[];
  nextCursor?: string;
  hasMore: boolean;
}

export interface UsageOfCustomer {
  /** The id that was counted. */
  userId: string;
  /** Our id, where it is known. */
  customerId?: string;
  email?: string;
  plan: string;
  used: number;
  /** -1 is unlimited. */
  limit: number;
  /** Of all use in the periods that run, in hundredths of a percent. */
  share: number;
}

/** The meter that every project counts, by which customers are found. */
export const FIRST_METER = 'requests';

export const usedOf = (pk: string) => ['used', pk];

/** `requests` without a meter. */
export function readUsed(pk: string, days: string, meter: string | undefined): Promise<Used> {
  return ask('/api/dashboard/usage', pk, { days, meter });
}

/** `search`: meter, how near the limit, and the place in the list. */
export function readUsageOfCustomers(pk: string, search: Record<string, string>): Promise<UsageOfCustomers> {
  const { meter, usage, cursor } = search;
  return ask('/api/dashboard/usage/customers', pk, { limit: '25', meter, usage, cursor });
}
