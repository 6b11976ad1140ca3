import type { CallOptions, Http } from '../http';
import { everything, type Page, type PageParams } from '../paging';
import { type PortalParams, type PortalResult, withAbsoluteUrls } from './billing';
import type { CustomerUsage, GrantUsageParams, UsageChange } from './usage';

/** A user of your project. */
export interface Customer {
  /** `user_…` */
  id: string;
  /** Absent, whatever the type says, if the customer was made with an `externalId` alone. */
  email: string;
  emailVerified?: boolean;
  firstName?: string;
  lastName?: string;
  /** The name of the tier in force. */
  plan: string;
  publishableKey: string;
  /** Your own id of the person. */
  externalId?: string;
  /** Your notes. */
  metadata?: Record<string, unknown>;
  /** Made as an example for a new project; absent otherwise. */
  sample?: boolean;
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** Milliseconds since the epoch. */
  updatedAt?: number;
}

/** A customer to make. */
export interface CreateCustomerParams {
  /** Unique in the project, whatever the case. */
  email: string;
  password?: string;
  firstName?: string;
  lastName?: string;
  /** The name of a tier; the project's default if left out. */
  plan?: string;
  /** Your own id of the person; may not begin with `user_`. */
  externalId?: string;
  /** Your notes, up to 16 kB as JSON. */
  metadata?: Record<string, unknown>;
}

/** What to change; what is left out stays, null clears. */
export interface UpdateCustomerParams {
  plan?: string;
  email?: string;
  firstName?: string | null;
  lastName?: string | null;
  externalId?: string | null;
  /** Replaces your notes. */
  metadata?: Record<string, unknown>;
}

/** Which customers to list. */
export interface ListCustomersParams extends PageParams {
  /** Part of an e-mail or a name. */
  search?: string;
  /** Only those on this plan. */
  plan?: string;
}

/** A page of customers, newest first. */
export interface CustomerPage extends Page {
  customers: Customer[];
}

/** A token of a customer. */
export interface CustomerToken {
  token: string;
  sessionId: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** A sign-in of a customer, or a token that your server made. Times are milliseconds since the epoch. */
export interface CustomerSession {
  /** `sess_…` */
  id: string;
  /** A token of `createToken()`, and nobody's sign-in. */
  minted: boolean;
  /** What the browser said it is. */
  userAgent: string | null;
  createdAt: number;
  /** Within five minutes. */
  lastUsedAt: number;
  /** When it ends by itself. */
  expiresAt: number;
}

/** A page of sessions, newest first. */
export interface SessionPage extends Page {
  sessions: CustomerSession[];
}

/** Where somebody stands with what they pay. */
export type PaymentStanding = 'none' | 'trialing' | 'active' | 'canceling' | 'past_due' | 'canceled';

/** Why a customer has the plan they have. Times are milliseconds since the epoch, amounts cents. */
export interface Explanation {
  userId: string;
  /** The plan in force; empty without one. */
  plan: string;
  status: PaymentStanding;
  /** The first moment the plan no longer holds without further news; null if no end is known. */
  accessUntil: number | null;
  /** The rule that decided, in one word, such as `grace_after_failed_payment`. */
  reason: string;
  /** The same rule as a sentence. */
  rule: string;
  /** The subscription that decided. */
  subscriptionId: string | null;
  facts: { grants: Grant[]; subscriptions: Subscription[]; invoices: Invoice[] };
}

/** A plan that was given. */
export interface Grant {
  plan: string;
  /** Who gave it. */
  by: string;
  until: number | null;
  /** Whether it holds now. */
  running: boolean;
}

/** A subscription as the payment provider last told it, and what follows from it. */
export interface Subscription {
  id: string;
  customerId: string;
  /** In the payment provider's word. */
  status: string;
  tier: string;
  priceId: string;
  amount: number;
  /** Lower-case ISO code. */
  currency: string;
  interval: string;
  quantity: number;
  periodStart: number;
  periodEnd: number;
  trialEnd: number | null;
  cancelAt: number | null;
  cancelAtPeriodEnd: boolean;
  canceledAt: number | null;
  endedAt: number | null;
  startedAt: number;
  fetchedAt: number;
  /** What it gives; null for nothing. */
  claim: { plan: string; until: number | null } | null;
  /** Why it gives that. */
  reason: string;
  /** The same as a sentence. */
  rule: string;
  /** What it brings a month. */
  mrr: number;
}

/** An invoice. */
export interface Invoice {
  id: string;
  subscriptionId: string;
  number: string | null;
  status: 'draft' | 'open' | 'paid' | 'uncollectible' | 'void';
  amountDue: number;
  amountPaid: number;
  amountRefunded: number;
  /** Lower-case ISO code. */
  currency: string;
  periodStart: number;
  periodEnd: number;
  /** Where the customer sees and pays it. */
  hostedUrl: string | null;
  createdAt: number;
  paidAt: number | null;
  nextAttemptAt: number | null;
}

/** A page of invoices, newest first. */
export interface InvoicePage extends Page {
  invoices: Invoice[];
}

/** Your users; needs a secret key. Reached as `api.customers`. Ids are ours or your own external ids. */
export class CustomerAPI {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /**
   * Makes a customer.
   *
   * @example
   * ```ts
   * const { customer } = await api.customers.create({ email: 'ada@example.com', plan: 'free' });
   * ```
   */
  create(params: CreateCustomerParams, options?: CallOptions): Promise<{ customer: Customer }> {
    return this.#http.send('POST', '/api/customers', { ...options, body: params });
  }

  /** Reads a customer. */
  get(customerId: string, options?: CallOptions): Promise<{ customer: Customer }> {
    return this.#http.send('GET', pathOf(customerId), options);
  }

  /** Changes a customer. A change of plan is in force at once and keeps the count. */
  update(customerId: string, params: UpdateCustomerParams, options?: CallOptions): Promise<{ customer: Customer }> {
    return this.#http.send('PATCH', pathOf(customerId), { ...options, body: params });
  }

  /** Deletes a customer and everything of theirs; their tokens end at once. */
  delete(
    customerId: string,
    options?: CallOptions,
  ): Promise<{ success: boolean; deleted: { id: string; email: string } }> {
    return this.#http.send('DELETE', pathOf(customerId), options);
  }

  /** One page of customers, newest first. */
  list(params: ListCustomersParams = {}, options?: CallOptions): Promise<CustomerPage> {
    return this.#http.send('GET', '/api/customers', { ...options, query: { ...params } });
  }

  /**
   * All customers, page by page.
   *
   * @example
   * ```ts
   * for await (const customer of api.customers.all({ plan: 'pro' })) console.log(customer.email);
   * ```
   */
  all(params: Omit<ListCustomersParams, 'cursor'> = {}, options?: CallOptions): AsyncGenerator<Customer> {
    const load = (cursor?: string) => this.list({ ...params, ...(cursor === undefined ? {} : { cursor }) }, options);
    return everything(load, ({ customers }) => customers);
  }

  /**
   * Why a customer has the plan they have: the rule that decided, and every fact it was decided from.
   *
   * @example
   * ```ts
   * const { plan, rule, accessUntil } = await api.customers.explain('ada');
   * console.log(plan, rule, accessUntil && new Date(accessUntil));
   * ```
   */
  explain(customerId: string, options?: CallOptions): Promise<Explanation> {
    return this.#http.send('GET', `${pathOf(customerId)}/explain`, options);
  }

  /** One page of a customer's invoices, newest first. */
  invoices(customerId: string, params: PageParams = {}, options?: CallOptions): Promise<InvoicePage> {
    return this.#http.send('GET', `${pathOf(customerId)}/invoices`, { ...options, query: { ...params } });
  }

  /**
   * What a customer has used: every meter in its running period, the last days, and the periods that are over.
   *
   * @example
   * ```ts
   * const { meters, days } = await api.customers.usage('ada', { days: 90 });
   * for (const { meter, count, limit } of meters) console.log(meter, `${count} of ${limit}`);
   * ```
   */
  usage(customerId: string, params: { days?: 30 | 90 } = {}, options?: CallOptions): Promise<CustomerUsage> {
    return this.#http.send('GET', `${pathOf(customerId)}/usage`, { ...options, query: { ...params } });
  }

  /**
   * Allows a customer more than the plan does, in the running period only. Several grants add up.
   *
   * @example
   * ```ts
   * const { usage } = await api.customers.grantUsage('ada', { amount: 100, reason: 'Sorry for yesterday' });
   * console.log(`${usage.remaining} left until ${usage.resetsAt}`);
   * ```
   */
  grantUsage(customerId: string, params: GrantUsageParams, options?: CallOptions): Promise<UsageChange> {
    return this.#http.send('POST', `${pathOf(customerId)}/usage/grant`, { ...options, body: params });
  }

  /** Sets what a customer has used in the running period back to 0: of one meter, or of all. Reports keep the days. */
  resetUsage(customerId: string, params: { meter?: string } = {}, options?: CallOptions): Promise<UsageChange> {
    return this.#http.send('POST', `${pathOf(customerId)}/usage/reset`, { ...options, body: params });
  }

  /** A link to the page where the customer changes card and plan, reads invoices and cancels. It ends soon. */
  portal(customerId: string, params: PortalParams = {}, options?: CallOptions): Promise<PortalResult> {
    const body = withAbsoluteUrls(params, ['returnUrl']);
    return this.#http.send('POST', `${pathOf(customerId)}/portal`, { ...options, body });
  }

  /** One page of where a customer is signed in, newest first; tokens that your server made are among them. */
  sessions(customerId: string, params: PageParams = {}, options?: CallOptions): Promise<SessionPage> {
    return this.#http.send('GET', `${pathOf(customerId)}/sessions`, { ...options, query: { ...params } });
  }

  /** Ends one session; its tokens are refused at once. */
  endSession(customerId: string, sessionId: string, options?: CallOptions): Promise<{ success: boolean }> {
    return this.#http.send('DELETE', `${pathOf(customerId)}/sessions/${encodeURIComponent(sessionId)}`, options);
  }

  /** Makes a token with which a browser may call as this customer: for apps that sign people in themselves. */
  createToken(
    customerId: string,
    params: { /** Seconds, 60 to 31,622,400. */ expiresIn?: number } = {},
    options?: CallOptions,
  ): Promise<CustomerToken> {
    return this.#http.send('POST', `${pathOf(customerId)}/tokens`, { ...options, body: params });
  }

  /** Signs a customer out everywhere; every token of theirs ends at once. */
  endSessions(customerId: string, options?: CallOptions): Promise<{ success: boolean; message: string }> {
    return this.#http.send('DELETE', `${pathOf(customerId)}/tokens`, options);
  }
}

function pathOf(customerId: string): string {
  return `/api/customers/${encodeURIComponent(customerId)}`;
}
