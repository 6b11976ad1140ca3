import type { CallOptions, Http } from '../http';
import type { Page, PageParams } from '../paging';
import type { PaymentStanding } from './customers';
import type { PaymentEvent } from './events';
import type { Product, Tier } from './products';

/** Cents by lower-case ISO code: `{ usd: 2900 }`. */
export type Amounts = Record<string, number>;

/** How a project stands. Money is in cents, in the main currency unless it says otherwise. */
export interface DashboardMetrics extends Page {
  /** Paid, and going on; the rest is in `metrics`. */
  activeSubscriptions: number;
  cancelingSubscriptions: number;
  /** Recurring revenue a month, without trials and what ends. */
  mrr: number;
  /** The same in every currency. */
  mrrByCurrency: Amounts;
  /** What was paid ever, less what went back. */
  totalRevenue?: number;
  /** Orders that were paid. */
  totalSales?: number;
  avgOrderValue?: number;
  /** Calls of the meter `requests` since the first of the month. */
  usageThisPeriod: number;
  metrics: Figures;
  /** Thirty days ago, or in the period before. */
  previous: Partial<Figures>;
  /** The newest 100, unless the call asked for others. */
  customers: DashboardCustomer[];
  tiers: DashboardTier[];
  /** What a store sells; `name` is the internal one here. */
  products?: Array<DashboardTier & Product>;
  /** The last 20 that were paid. */
  orders?: Order[];
  keys: DashboardKeys;
  webhook: Webhook;
  webhookStatus: WebhookStatus;
  health: Health;
  /** What needs a look. */
  alerts: Alert[];
  /** What the figures are of. */
  filters: { platformId: string; publishableKey: string; mode: string; projectName: string; projectType: string };
}

/** The figures. Each subscription counts in one of the first four. */
export interface Figures {
  activeSubs: number;
  trialingSubs: number;
  cancelingSubs: number;
  pastDueSubs: number;
  /** The main currency: the one that most tiers are in. */
  currency: string;
  mrr: number;
  mrrByCurrency: Amounts;
  usageThisPeriod: number;
  /** Of those who paid thirty days ago, how many no longer do: 750 is 7.5 %. Null if nobody did. */
  churn: number | null;
  /** Of the last thirty days, less what went back. */
  revenue: Amounts;
  storeSalesCount: number;
  storeTotalRevenue: number;
  lowStockProducts: number;
  totalInventory: number;
}

/** A customer with what was used and what is paid. */
export interface DashboardCustomer {
  id: string;
  /** Empty if there is none. */
  email: string;
  firstName?: string;
  lastName?: string;
  externalId?: string;
  plan: string;
  usage: number;
  /** With what was granted on top of the plan's; -1 is unlimited. */
  limit: number;
  /** First and last day of the running period, UTC. */
  periodStart: string;
  periodEnd: string;
  status: PaymentStanding;
  /** ISO times; absent without a subscription, or where they do not apply. */
  renewsAt?: string;
  cancelAt?: string;
  currentPeriodEnd?: string;
  canceledAt?: string;
  trialEnd?: string;
  subscriptionId?: string;
  /** What one of it costs each time. */
  amount?: number;
  currency?: string;
  interval?: string;
  publishableKey: string;
  /** Made as an example for a new project; absent otherwise. */
  sample?: boolean;
  /** Milliseconds since the epoch. */
  createdAt: number;
}

/** A tier with its stock. */
export interface DashboardTier extends Tier {
  active: boolean;
  /** What can be bought now; null for any number. */
  inventory: number | null;
  /** What unpaid orders hold. */
  held: number;
  lowStock: boolean;
}

/** Something that was sold. */
export interface Order {
  id?: string;
  /** The address, else our id of the user. */
  customer: string;
  email: string;
  /** What stays of what was paid. */
  amount: number;
  currency?: string;
  paymentId: string;
  /** When it was paid, an ISO time. */
  date: string;
  /** Made as an example for a new project; absent otherwise. */
  sample?: boolean;
}

/** The keys of the project, masked. */
export interface DashboardKeys {
  publishableKey: string;
  /** Null if there is none. */
  secretKeyMasked: string | null;
  platformId: string;
  apiKeys: Array<{ id: string; secretKeyMasked: string; name: string; status: string; createdAt: number }>;
}

/** What payments said last. */
export interface WebhookStatus {
  url: string;
  /** ISO times. */
  lastEvent?: string;
  recentEvents: Array<{ type: string; timestamp: string }>;
}

/** The same with what was said. Times are milliseconds since the epoch. */
export interface Webhook {
  url: string;
  lastEventAt: number | null;
  recent: Pick<PaymentEvent, 'id' | 'type' | 'status' | 'createdAt' | 'receivedAt' | 'payload'>[];
}

/** Whether news of payments arrive and are worked. Times are milliseconds since the epoch. */
export interface Health {
  lastWebhookAt: number | null;
  inboxWaiting: number;
  /** Events that were given up. */
  inboxDead: number;
  /** When everything was last compared with the payment provider. */
  reconciledAt: number | null;
  /** How many subscriptions were put right then. */
  repaired: number;
}

/** Something that needs a look. */
export interface Alert {
  /** Such as `events_dead`. */
  code: string;
  level: 'warning' | 'bad';
  message: string;
  /** Milliseconds since the epoch. */
  at?: number;
  /** The page of the dashboard, below the project's. */
  link: string;
}

/** Which customers the dashboard shows. */
export interface DashboardParams extends PageParams {
  /** Part of an e-mail, a name or an external id, or a whole id. */
  search?: string;
  /** Only those on this plan. */
  plan?: string;
  status?: PaymentStanding;
  /** Only those at 80 % of their limit of `requests` or more, or at the limit. */
  usage?: 'close' | 'reached';
  /** `usage` is that of `requests` in the running period, `renews` when the subscription renews or ends; a leading `-`
   * turns them round. `newest` if left out. */
  sort?: 'newest' | 'oldest' | 'email' | '-email' | 'usage' | '-usage' | 'renews' | '-renews';
}

/** What happened day by day, the oldest first. */
export interface DashboardSeries {
  days: DashboardDay[];
  /** The currencies that occur. */
  currencies: string[];
}

/** One day, UTC. */
export interface DashboardDay {
  /** `2026-11-21` */
  day: string;
  usage: number;
  /** Users who began to pay. */
  newSubscriptions: number;
  /** Users who stopped, or will with their period. */
  churned: number;
  /** Users who paid at the end of the day. */
  subscribers: number;
  /** Users whose subscription ran to its end, at the end of the day. */
  canceling: number;
  /** At the end of the day. */
  mrr: Amounts;
  /** What was paid, less what went back of it since. */
  revenue: Amounts;
  /** Orders that were paid. */
  sales: number;
}

/** Who uses how much of a meter. */
export interface DashboardUsage {
  meter: string;
  /** What the project counts; `requests` first. */
  meters: string[];
  /** Every day of the span, UTC, the oldest first. */
  days: Array<{ day: string; used: number }>;
  /** Since the first of the month. */
  used: number;
  /** In as many days of the month before. */
  previous: number;
  /** In the periods that run: how many use it, are at 80 % of their limit or more, and are at the limit. */
  customers: { counted: number; close: number; reached: number };
  /** The ten who used most in the periods that run, most first. */
  top: UsageOfCustomer[];
}

/** Which of those who use a meter; all without `usage`. */
export interface UsageParams extends PageParams {
  /** `requests` if left out. */
  meter?: string;
  /** Only those at 80 % of their limit or more, or at the limit. */
  usage?: 'close' | 'reached';
}

/** Those who use a meter, most first. */
export interface UsageOfCustomers extends Page {
  meter: string;
  /** What the project counts; `requests` first. */
  meters: string[];
  customers: UsageOfCustomer[];
}

/** Someone who used some in the period that runs. */
export interface UsageOfCustomer {
  /** What is counted under: our id, or your own id of a user whom only you know. */
  userId: string;
  /** Our id; absent for a user whom only you know. */
  customerId?: string;
  email?: string;
  plan: string;
  used: number;
  /** With what was granted on top of the plan's; -1 is unlimited. */
  limit: number;
  /** Of what all used, in basis points: 2500 is a quarter. */
  share: number;
}

/** Figures over all live projects, in cents. */
export interface DashboardTotals {
  totalRevenue: number;
  totalCustomers: number;
  totalMRR: number;
  totals: {
    mrr: number;
    activeSubs: number;
    cancelingSubs: number;
    trialingSubs: number;
    totalProducts: number;
    liveProjects: number;
  };
  mrrByCurrency: Amounts;
  revenueByCurrency: Amounts;
  /** The main currency: the one that most tiers are in. */
  currency: string;
  platformId: string;
  projects: ProjectTotals[];
}

/** Figures of one live project. */
export interface ProjectTotals {
  projectId: string;
  publishableKey: string;
  name: string;
  type: string;
  customers: number;
  activeSubs: number;
  cancelingSubs: number;
  /** In this project's main currency. */
  mrr: number;
  currency: string;
  mrrByCurrency: Amounts;
  revenueByCurrency: Amounts;
}

/** Figures; needs a secret key. Reached as `api.dashboard`. */
export class DashboardAPI {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /**
   * The figures of this project, and its customers a page at a time.
   *
   * @example
   * ```ts
   * const { mrr } = await api.dashboard.get();
   * console.log(`$${(mrr / 100).toFixed(2)} a month`);
   * ```
   * @example Who did not pay
   * ```ts
   * const { customers } = await api.dashboard.get({ status: 'past_due' });
   * ```
   * @example Who could use a larger plan
   * ```ts
   * const { customers } = await api.dashboard.get({ usage: 'reached' });
   * ```
   */
  get(params: DashboardParams = {}, options?: CallOptions): Promise<DashboardMetrics> {
    return this.#http.send('GET', '/api/dashboard', { ...options, query: { ...params } });
  }

  /**
   * The figures of this project day by day, for charts; the last 30 days if left out.
   *
   * @example
   * ```ts
   * const { days } = await api.dashboard.series({ days: 90 });
   * for (const { day, usage } of days) console.log(day, usage);
   * ```
   */
  series(params: { days?: 30 | 90 | 365 } = {}, options?: CallOptions): Promise<DashboardSeries> {
    return this.#http.send('GET', '/api/dashboard/series', { ...options, query: { ...params } });
  }

  /**
   * Who uses how much of a meter: by day, this month, and in the periods that run.
   *
   * @example
   * ```ts
   * const { top } = await api.dashboard.usage({ meter: 'requests', days: 30 });
   * for (const { userId, used, limit } of top) console.log(userId, `${used} of ${limit}`);
   * ```
   */
  usage(params: { days?: 30 | 90 | 365; meter?: string } = {}, options?: CallOptions): Promise<DashboardUsage> {
    return this.#http.send('GET', '/api/dashboard/usage', { ...options, query: { ...params } });
  }

  /**
   * Everybody who used some of a meter in the running period, most first, a page at a time; also those whom only your
   * server knows.
   *
   * @example Who needs a larger plan
   * ```ts
   * const { customers } = await api.dashboard.usageByCustomer({ usage: 'reached' });
   * for (const { userId, used } of customers) console.log(userId, used);
   * ```
   */
  usageByCustomer(params: UsageParams = {}, options?: CallOptions): Promise<UsageOfCustomers> {
    return this.#http.send('GET', '/api/dashboard/usage/customers', { ...options, query: { ...params } });
  }

  /** The figures over all live projects. */
  getTotals(options?: CallOptions): Promise<DashboardTotals> {
    return this.#http.send('GET', '/api/dashboard/totals', options);
  }
}
