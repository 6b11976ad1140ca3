import { AuthHelpers } from './auth/auth';
import { type CallOptions, Http, type Method } from './http';
import { AssetsAPI } from './resources/assets';
import { BillingAPI } from './resources/billing';
import { CustomerAPI } from './resources/customers';
import { DashboardAPI } from './resources/dashboard';
import { EventsAPI } from './resources/events';
import { MeAPI } from './resources/me';
import { OrdersAPI } from './resources/orders';
import { ProductAPI } from './resources/products';
import { UsageAPI } from './resources/usage';
import { type DreamAPIConfig, type Settings, settingsOf } from './settings';

/** What `api.request()` can be given. */
export interface RequestOptions extends CallOptions {
  /** Sent as JSON. */
  body?: unknown;
  /** Sent in the address; what is undefined is left out. */
  query?: Record<string, string | number | undefined>;
  /** Whether the call is for a user; without one it is then refused here. */
  requiresUserToken?: boolean;
}

/**
 * A client of dream-api.
 *
 * @example In a browser
 * ```ts
 * const api = new DreamAPI({ publishableKey: 'pk_test_…' });
 * await api.auth.init();
 * if (api.auth.isSignedIn()) await api.usage.track();
 * ```
 * @example On a server
 * ```ts
 * const api = new DreamAPI({ secretKey: process.env.DREAM_SECRET_KEY });
 * await api.usage.track({}, { userId: 'ada' });
 * ```
 */
export class DreamAPI {
  /** Signing in and out. */
  readonly auth: AuthHelpers;
  /** Your users; needs a secret key. */
  readonly customers: CustomerAPI;
  /** Counting and limits. */
  readonly usage: UsageAPI;
  /** Subscriptions of the user. */
  readonly billing: BillingAPI;
  /** The catalogue. */
  readonly products: ProductAPI;
  /** Orders of your store; needs a secret key. */
  readonly orders: OrdersAPI;
  /** Pictures of your products; needs a secret key. */
  readonly assets: AssetsAPI;
  /** What the payment provider told; needs a secret key. */
  readonly events: EventsAPI;
  /** Figures; needs a secret key. */
  readonly dashboard: DashboardAPI;
  /** The user the client calls for. */
  readonly me: MeAPI;
  readonly #settings: Settings;
  readonly #http: Http;

  /** Throws an `Error` if a key is missing or does not belong here: a secret key in a browser, above all. */
  constructor(config: DreamAPIConfig) {
    this.#settings = settingsOf(config);
    this.#http = new Http(this.#settings);
    this.auth = new AuthHelpers(this.#http, this.#settings);
    this.customers = new CustomerAPI(this.#http);
    this.usage = new UsageAPI(this.#http);
    this.billing = new BillingAPI(this.#http);
    this.products = new ProductAPI(this.#http);
    this.orders = new OrdersAPI(this.#http);
    this.assets = new AssetsAPI(this.#http, this.#settings.baseUrl);
    this.events = new EventsAPI(this.#http);
    this.dashboard = new DashboardAPI(this.#http);
    this.me = new MeAPI(this.#http);
  }

  /**
   * The token of the user to call for, from now on: for apps that sign people in themselves. It goes before
   * that of `auth`. On a server that serves many, give each call its own `userToken` instead.
   */
  setUserToken(token: string): void {
    this.#http.setUserToken(token);
  }

  /** Forgets the token that was set. */
  clearUserToken(): void {
    this.#http.setUserToken(null);
  }

  /** Whether this client has a publishable key only. */
  isFrontendOnly(): boolean {
    return this.#settings.secretKey === undefined;
  }

  /** The publishable key, if there is one. */
  getPublishableKey(): string | undefined {
    return this.#settings.publishableKey;
  }

  /** The address of the server, without a slash at the end. */
  getBaseUrl(): string {
    return this.#settings.baseUrl;
  }

  /** The address of the sign-in pages. */
  getSignupBaseUrl(): string {
    return this.#settings.signupUrl;
  }

  /** The address of Clerk, if the server uses it. */
  getClerkBaseUrl(): string {
    return this.#settings.clerkBaseUrl;
  }

  /**
   * Calls what has no method here, with the same keys, time-outs, retries and errors.
   *
   * @example
   * ```ts
   * const config = await api.request<{ version: string }>('GET', '/api/config');
   * ```
   */
  request<T>(method: Method, endpoint: string, options: RequestOptions = {}): Promise<T> {
    const { requiresUserToken, ...call } = options;
    return this.#http.send(method, endpoint, { ...call, user: requiresUserToken ? 'required' : 'optional' });
  }
}
