import type { CallOptions, Http } from '../http';
import type { Product, Tier } from './products';

/** The figures of a project. Money is in cents. */
export interface DashboardMetrics {
  activeSubscriptions: number;
  cancelingSubscriptions: number;
  mrr: number;
  totalRevenue?: number;
  totalSales?: number;
  avgOrderValue?: number;
  usageThisPeriod: number;
  customers: DashboardCustomer[];
  tiers: Tier[];
  products?: Product[];
  orders?: Order[];
  webhookStatus: WebhookStatus;
}

/** A customer with what was used. */
export interface DashboardCustomer {
  id: string;
  email: string;
  plan: string;
  usage: number;
  /** -1 is unlimited. */
  limit: number;
  status: string;
  renewsAt?: string;
}

/** Something that was sold. */
export interface Order {
  customer: string;
  email: string;
  amount: number;
  paymentId: string;
  date: string;
}

/** What payments said last. */
export interface WebhookStatus {
  url: string;
  lastEvent?: string;
  recentEvents: Array<{ type: string; timestamp: string }>;
}

/** Figures over all projects, in cents. */
export interface DashboardTotals {
  totalRevenue: number;
  totalCustomers: number;
  totalMRR: number;
}

/** Figures; needs a secret key. Reached as `api.dashboard`. */
export class DashboardAPI {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /**
   * The figures of this project.
   *
   * @example
   * ```ts
   * const { mrr } = await api.dashboard.get();
   * console.log(`$${(mrr / 100).toFixed(2)} a month`);
   * ```
   */
  get(options?: CallOptions): Promise<DashboardMetrics> {
    return this.#http.send('GET', '/api/dashboard', options);
  }

  /** The figures over all projects. */
  getTotals(options?: CallOptions): Promise<DashboardTotals> {
    return this.#http.send('GET', '/api/dashboard/totals', options);
  }
}
