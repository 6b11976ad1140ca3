import type { CallOptions, Http } from '../http';

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
export interface ListCustomersParams {
  /** Part of an e-mail or a name. */
  search?: string;
  /** Only those on this plan. */
  plan?: string;
  /** How many at once, 1 to 100. */
  limit?: number;
  /** The `nextCursor` of the page before. */
  cursor?: string;
}

/** A page of customers, newest first. */
export interface CustomerPage {
  customers: Customer[];
  hasMore: boolean;
  /** Send it as `cursor` for the next page; null on the last one. */
  nextCursor: string | null;
}

/** A token of a customer. */
export interface CustomerToken {
  token: string;
  sessionId: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
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
  async *all(params: Omit<ListCustomersParams, 'cursor'> = {}, options?: CallOptions): AsyncGenerator<Customer> {
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: CustomerPage = await this.list(cursor === '' ? params : { ...params, cursor }, options);
      yield* page.customers;
      cursor = page.hasMore ? page.nextCursor : null;
    }
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
