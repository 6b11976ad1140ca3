import { ask } from '../../dashboard/calls';

/** Amounts by currency, in minor units. */
export type Amounts = Record<string, number>;

/** How a project stands. `previous` has the figures of the period before. */
export interface Dashboard {
  metrics: Metrics;
  previous?: Partial<Metrics>;
  alerts?: Alert[];
  health?: Health;
}

export interface Metrics {
  /** The main currency of the project: that of `mrr` and `storeTotalRevenue`. */
  currency: string;
  activeSubs: number;
  trialingSubs: number;
  cancelingSubs: number;
  pastDueSubs: number;
  /** Minor units. */
  mrr: number;
  mrrByCurrency: Amounts;
  usageThisPeriod: number;
  storeSalesCount: number;
  /** Minor units. */
  storeTotalRevenue: number;
  lowStockProducts: number;
  totalInventory: number;
}

export interface Alert {
  code: string;
  level: 'warning' | 'bad';
  message: string;
  /** Milliseconds since 1970. */
  at?: number | null;
  /** A page below the project, such as `events?status=dead`. */
  link: string;
}

export interface Health {
  /** Milliseconds since 1970. */
  lastWebhookAt: number | null;
  /** Events that are still to be worked. */
  inboxWaiting: number;
  /** Events that were given up. */
  inboxDead: number;
  /** When everything was last compared with the payment provider: milliseconds since 1970, in business time. */
  reconciledAt: number | null;
}

/** What happened day by day. */
export interface Series {
  days: DayRow[];
  currencies: string[];
}

export interface DayRow {
  day: string;
  usage: number;
  newSubscriptions: number;
  churned: number;
  /** Who paid, and whose subscription ran to its end, at the end of the day. */
  subscribers: number;
  canceling: number;
  mrr: Amounts;
  revenue: Amounts;
  sales: number;
}

export function readDashboard(pk: string): Promise<Dashboard> {
  return ask('/api/dashboard', pk);
}

export function readSeries(pk: string, days: number): Promise<Series> {
  return ask('/api/dashboard/series', pk, { days });
}
