//#region src/error-codes.d.ts
/**
 * Every `code` that the server answers, and those of this client. The list only grows: treat a code that
 * you do not know by its status.
 */
type ErrorCode = ServerErrorCode | ClientErrorCode | (string & Record<never, never>);
/** Codes of the server; each has a page under `/docs/errors/{code}`. */
type ServerErrorCode = 'user_required' | 'invalid_json' | 'missing_field' | 'unknown_plan' | 'price_mismatch' | 'kind_locked' | 'invalid_header' | 'missing_authentication' | 'invalid_api_key' | 'invalid_publishable_key' | 'publishable_key_in_authorization' | 'user_token_required' | 'invalid_token' | 'token_expired' | 'token_revoked' | 'invalid_credentials' | 'invalid_code' | 'invalid_refresh_token' | 'signed_out' | 'developer_required' | 'tier_limit_reached' | 'key_mismatch' | 'secret_key_required' | 'operator_required' | 'token_wrong_project' | 'cross_site' | 'reauthentication_required' | 'email_not_verified' | 'confirmation_required' | 'not_found' | 'customer_not_found' | 'project_not_found' | 'tier_not_found' | 'key_not_found' | 'provider_not_found' | 'platform_not_found' | 'method_not_allowed' | 'request_timeout' | 'email_taken' | 'external_id_taken' | 'subscribed' | 'conflict' | 'project_ambiguous' | 'idempotency_in_flight' | 'clock_conflict' | 'payload_too_large' | 'uri_too_long' | 'unsupported_media_type' | 'invalid_id' | 'invalid_value' | 'unknown_meter' | 'invalid_cursor' | 'invalid_idempotency_key' | 'idempotency_mismatch' | 'redirect_not_allowed' | 'redirect_not_configured' | 'code_challenge_required' | 'rate_limited' | 'authentication_rate_limited' | 'headers_too_large' | 'internal' | 'provider_failed' | 'mail_not_configured' | 'storage_unavailable' | 'overloaded' | 'not_ready' | 'shutting_down';
/** Codes of this client, for what never became an answer of the server. */
type ClientErrorCode = /** No answer: offline, refused, cut, or forbidden by the browser. */'connection_failed' /** No whole answer within the time-out. */ | 'timeout' /** An answer that is not of this server: no JSON, or a redirect. */ | 'invalid_response' /** Someone came back from signing in, but that sign-in was not begun in this browser. */ | 'sign_in_not_started' /** The address carried a token of somebody else than who is signed in. */ | 'account_switch_refused';
//#endregion
//#region src/errors.d.ts
/** A field that is wrong, and how to make it right. */
interface FieldError {
  /** The name of the field, such as `email` or `tiers[2].price`. */
  location: string;
  /** What is wrong with it. */
  message: string;
  /** What to do. */
  fix: string;
}
/** The body of an error. */
interface DreamAPIError {
  /** A few words, such as `Tier limit reached`. */
  error: string;
  /** What happened and what to do, for people. */
  message: string;
  /** The HTTP status. */
  status?: number;
  /** Stable, for programs: `tier_limit_reached`. */
  code?: string;
  /** Names the call in the log of the server. */
  requestId?: string;
  /** The fields that are wrong. */
  errors?: FieldError[];
}
/** What only this client knows about a failure. */
interface Circumstances {
  /** Seconds to wait before trying again, as the server asked. */
  retryAfter?: number | undefined;
  /** What failed underneath. */
  cause?: unknown;
}
/**
 * What every call of this client throws.
 *
 * @example
 * ```ts
 * try {
 *   await api.usage.track();
 * } catch (error) {
 *   if (error instanceof TierLimitException) showUpgrade(error.upgradeUrl);
 *   else throw error;
 * }
 * ```
 */
declare class DreamAPIException extends Error {
  /** The HTTP status; 0 if there was no answer. */
  readonly status: number;
  /** The `error` member of the body, in words: `Tier limit reached`. To decide, use `errorCode`. */
  readonly code: string;
  /** Stable, for programs: `tier_limit_reached`. */
  readonly errorCode: ErrorCode;
  /** Names the call in the log of the server. */
  readonly requestId: string | undefined;
  /** Seconds to wait before trying again, if the server said so. */
  readonly retryAfter: number | undefined;
  /** The fields that are wrong; empty for other errors. */
  readonly fields: readonly FieldError[];
  /** The whole body, with the members that only some errors have. */
  readonly body: DreamAPIError & Readonly<Record<string, unknown>>;
  constructor(error: DreamAPIError, status?: number, {
    retryAfter,
    cause
  }?: Circumstances);
}
/** 401: a key or token is missing, wrong or past its end. */
declare class AuthenticationException extends DreamAPIException {}
/** 403: who calls is known and may not do this. */
declare class PermissionException extends DreamAPIException {}
/** 403 `tier_limit_reached`: the user has used what the plan allows. */
declare class TierLimitException extends PermissionException {
  /** Used in this period. */
  get count(): number;
  /** The most that may be used in this period. */
  get limit(): number;
  /** The plan the limit comes from. */
  get plan(): string;
  /** When the next period begins, as an ISO time; none for a limit that holds for a lifetime. */
  get resetsAt(): string | undefined;
  /** Where to upgrade, if the project has set it. */
  get upgradeUrl(): string | undefined;
}
/** 404: there is nothing under this id or address, or it is not yours. */
declare class NotFoundException extends DreamAPIException {}
/** 409: it does not fit the present state. */
declare class ConflictException extends DreamAPIException {}
/** 400, 413, 415 or 422: something about the request is wrong; `fields` says what. */
declare class ValidationException extends DreamAPIException {}
/** 429: too many calls; `retryAfter` says how long to wait. */
declare class RateLimitException extends DreamAPIException {}
/** 5xx: the server could not do it. */
declare class ServerException extends DreamAPIException {}
/** There was no answer; `cause` is what failed. */
declare class ConnectionException extends DreamAPIException {
  constructor(cause: unknown, message?: string, code?: ErrorCode);
}
/** There was no whole answer in time. */
declare class TimeoutException extends ConnectionException {
  constructor(timeoutMs: number, cause?: unknown);
}
/**
 * Whether something is an exception of this client, of any copy of it; with a code, only that one.
 *
 * @example
 * ```ts
 * if (isDreamAPIException(error, 'email_taken')) showMessage('This address has an account.');
 * ```
 */
declare function isDreamAPIException(error: unknown, code?: ErrorCode): error is DreamAPIException;
//#endregion
//#region src/auth/storage.d.ts
/** Where a sign-in is kept. `localStorage` is one; the methods may also answer promises. */
interface SessionStorage {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): void | Promise<void>;
  removeItem(key: string): void | Promise<void>;
}
/**
 * Keeps a sign-in until the page or process ends.
 *
 * @example
 * ```ts
 * const api = new DreamAPI({ publishableKey, storage: memoryStorage() });
 * ```
 */
declare function memoryStorage(): SessionStorage;
//#endregion
//#region src/settings.d.ts
/** What a client is made with. One of the two keys is needed. */
interface DreamAPIConfig {
  /** Your secret key, `sk_test_…` or `sk_live_…`. For servers only: in a browser the constructor throws. */
  secretKey?: string | undefined;
  /** Your publishable key, `pk_test_…` or `pk_live_…`. Needed in browsers and for everything under `auth`. */
  publishableKey?: string | undefined;
  /** The address of your dream-api server. `http://127.0.0.1:8787` with test keys; live keys need it set. */
  baseUrl?: string | undefined;
  /** The address of the sign-in pages, if it is another one than `baseUrl`. */
  signupUrl?: string | undefined;
  /** The address of Clerk, if your server uses it; nothing here calls it. `signupUrl` if left out. */
  clerkBaseUrl?: string | undefined;
  /** How long one try may take, in milliseconds. 30,000 if left out; 0 for no end. */
  timeoutMs?: number | undefined;
  /** How often a call that is safe to repeat is tried, 1 to 3. 3 if left out. */
  maxTries?: number | undefined;
  /** Where a sign-in is kept: `localStorage` in a browser, memory elsewhere, if left out. */
  storage?: SessionStorage | undefined;
  /** Whether `auth.init()` takes a `__clerk_jwt` from the address. True if left out; see `auth.init`. */
  legacyToken?: boolean | undefined;
  /** What sends requests, if not the platform's `fetch`. */
  fetch?: typeof globalThis.fetch | undefined;
}
/** The configuration, checked, with every default in place. */
interface Settings {
  readonly secretKey: string | undefined;
  readonly publishableKey: string | undefined;
  readonly baseUrl: string;
  readonly signupUrl: string;
  readonly clerkBaseUrl: string;
  readonly timeoutMs: number;
  readonly maxTries: number;
  readonly storage: SessionStorage | undefined;
  readonly legacyToken: boolean;
  readonly fetch: typeof globalThis.fetch;
}
//#endregion
//#region src/http.d.ts
/** The methods of the API. */
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
/** What any call can be given besides its parameters. */
interface CallOptions {
  /** The token of the user this call is for, instead of the one that is set or signed in. */
  userToken?: string | undefined;
  /** With a secret key: your own id of the user this call is for, instead of a token. */
  userId?: string | undefined;
  /** With `userId`: the plan of a user whom only you know. */
  userPlan?: string | undefined;
  /** Names this request, so that it is done once however often it is sent. Made for every POST; null for none. */
  idempotencyKey?: string | null | undefined;
  /** How long one try may take, in milliseconds. */
  timeoutMs?: number | undefined;
  /** How often to try, 1 to 3. */
  maxTries?: number | undefined;
  /** Ends the call; it then throws the signal's reason. */
  signal?: AbortSignal | undefined;
}
/** A call of the API. */
interface Call extends CallOptions {
  /** Sent as JSON. */
  body?: unknown;
  /** Sent in the address; what is undefined is left out. */
  query?: Record<string, string | number | undefined>;
  /** `required` is refused here without a user; `optional` sends the token if there is one; `none` never. */
  user?: 'required' | 'optional' | 'none';
}
/** Knows the token of who is signed in. */
interface TokenSource {
  /** A token that still holds for a while; null if nobody is signed in. */
  token(): Promise<string | null>;
  /** Another token than this one, which the server calls expired. */
  renew(expired: string): Promise<string | null>;
  /** The server calls this token revoked. */
  revoked(token: string): Promise<void>;
}
/** Sends calls: keys and tokens, time-outs, retries, errors. */
declare class Http {
  #private;
  constructor(settings: Settings);
  /** The token to send from now on; null to send that of who is signed in. */
  setUserToken(token: string | null): void;
  /** Where tokens come from when none was set. */
  setTokenSource(source: TokenSource): void;
  /** Sends a call and answers the body. Throws `DreamAPIException`. */
  send<T>(method: Method, path: string, call?: Call): Promise<T>;
}
//#endregion
//#region src/auth/session.d.ts
/** Who is signed in. */
interface AuthUser {
  /** `user_…` */
  id: string;
  email: string;
  /** The name of the tier the user is on. To decide what a user may do, ask the server. */
  plan: string;
  publishableKey: string;
  emailVerified?: boolean;
  firstName?: string;
  lastName?: string;
  /** Milliseconds since the epoch. */
  createdAt?: number;
}
/** The first client's name of `AuthUser`. */
type ClerkUser = AuthUser;
//#endregion
//#region src/auth/keeper.d.ts
/** Hears who is signed in; null for nobody. */
type AuthListener = (user: AuthUser | null) => void;
//#endregion
//#region src/auth/pages.d.ts
/** The hosted pages. */
type AuthPage = 'signup' | 'signin' | 'account' | 'refresh';
/** Where a hosted page leads. */
interface AuthUrlOptions {
  /** Where to return to: an absolute URL, or a path of the present page's origin. */
  redirect: string;
  /** On `/refresh`: the plan that was paid for; the page waits until it is in force. */
  plan?: string;
}
//#endregion
//#region src/auth/auth.d.ts
/** Signing in and out on the hosted pages, and who is signed in. Reached as `api.auth`. */
declare class AuthHelpers {
  #private;
  constructor(http: Http, settings: Settings);
  /** Whether the present address is a return from the hosted pages. */
  static hasAuthParams(): boolean;
  /**
   * Call this once when the page loads, before anything else of `auth`. It ends a sign-in that comes back
   * with the address, or takes up the one that is kept. It does not throw when that fails; `getError()` then
   * says why.
   *
   * A `__clerk_jwt` in the address is taken too, for `getSignInUrl()` and the like. Nothing binds such a
   * token to this browser, so it never replaces a `signIn()` of somebody else, and the option
   * `legacyToken: false` turns it off.
   *
   * @example
   * ```ts
   * await api.auth.init();
   * if (!api.auth.isSignedIn()) showSignInButton(api.auth.getError()?.message);
   * ```
   */
  init(): Promise<void>;
  /** Why `init()` could not sign in, or renew what was kept; null if nothing failed. */
  getError(): DreamAPIException | null;
  /** Whether somebody is signed in. */
  isSignedIn(): boolean;
  /** Who is signed in; null for nobody. The same object until something about it changes. */
  getUser(): AuthUser | null;
  /**
   * A token of who is signed in that holds for some seconds at least; null for nobody. For calls to your
   * own server; calls of this client send it by themselves.
   *
   * @example
   * ```ts
   * const token = await api.auth.getToken();
   * await fetch('/my-backend', { headers: { Authorization: `Bearer ${token}` } });
   * ```
   */
  getToken(): Promise<string | null>;
  /** Gets a new token now, with the present plan: after a checkout, for example. */
  refreshToken(): Promise<void>;
  /**
   * Calls the listener when somebody signs in or out, in this tab or another, or when their data change.
   * Answers a function that stops it.
   *
   * @example
   * ```ts
   * const stop = api.auth.onChange((user) => render(user));
   * ```
   */
  onChange(listener: AuthListener): () => void;
  /**
   * Goes to the sign-in page, which returns to `redirect`, or to the present address. Call `init()` there.
   *
   * @example
   * ```ts
   * button.onclick = () => api.auth.signIn({ redirect: '/dashboard' });
   * ```
   */
  signIn(options?: Partial<AuthUrlOptions>): Promise<void>;
  /** Goes to the sign-up page, which returns to `redirect`, or to the present address. Call `init()` there. */
  signUp(options?: Partial<AuthUrlOptions>): Promise<void>;
  /** Signs out in all tabs and ends the session on the server. Without a connection it ends here alone. */
  signOut(): Promise<void>;
  /**
   * The address of a hosted page for a sign-in that ends with `init()` in this browser: what `signIn()` goes
   * to. The page `refresh` with a `plan` is a good place to return to from a checkout.
   *
   * @example
   * ```ts
   * const successUrl = await api.auth.prepareUrl('refresh', { redirect: '/welcome', plan: 'pro' });
   * const { url } = await api.billing.createCheckout({ tier: 'pro', successUrl });
   * location.assign(url);
   * ```
   */
  prepareUrl(page: Exclude<AuthPage, 'account'>, options: AuthUrlOptions): Promise<string>;
  /**
   * The address of the sign-up page, for a link. It returns with a token in the address, which `init()`
   * takes; `signUp()` is the safer way.
   *
   * @example
   * ```ts
   * link.href = api.auth.getSignUpUrl({ redirect: '/choose-plan' });
   * ```
   */
  getSignUpUrl(options: AuthUrlOptions): string;
  /** The address of the sign-in page, for a link, as `getSignUpUrl()`; `signIn()` is the safer way. */
  getSignInUrl(options: AuthUrlOptions): string;
  /** The address of the page where users change profile, password and e-mail and see their sessions. */
  getCustomerPortalUrl({
    returnUrl
  }?: {
    returnUrl?: string;
  }): string;
  /**
   * The address to return to from a checkout: the page waits until the new plan is in force and goes on to
   * `redirect` with a new token in the address. `prepareUrl('refresh', …)` is the safer way.
   */
  getRefreshUrl(options: AuthUrlOptions): string;
}
//#endregion
//#region src/resources/billing.d.ts
/** A page to send the user to. */
interface CheckoutResult {
  url: string;
  sessionId?: string;
}
/** A page to send the user to. */
interface PortalResult {
  url: string;
}
/** What to buy, and where to return to: absolute URLs, or paths of the present page's origin. */
interface CheckoutParams {
  /** The name of the tier. */
  tier?: string;
  priceId?: string;
  successUrl?: string;
  cancelUrl?: string;
}
/** Subscriptions of the user. Reached as `api.billing`. */
declare class BillingAPI {
  #private;
  constructor(http: Http);
  /**
   * Begins a checkout for a tier.
   *
   * @example
   * ```ts
   * const { url } = await api.billing.createCheckout({ tier: 'pro', successUrl: '/welcome', cancelUrl: '/pricing' });
   * location.assign(url);
   * ```
   */
  createCheckout(params: CheckoutParams, options?: CallOptions): Promise<CheckoutResult>;
  /** Opens the page where the user changes card and plan, reads invoices and cancels. */
  openPortal(params?: {
    returnUrl?: string;
  }, options?: CallOptions): Promise<PortalResult>;
}
//#endregion
//#region src/resources/customers.d.ts
/** A user of your project. */
interface Customer {
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
interface CreateCustomerParams {
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
interface UpdateCustomerParams {
  plan?: string;
  email?: string;
  firstName?: string | null;
  lastName?: string | null;
  externalId?: string | null;
  /** Replaces your notes. */
  metadata?: Record<string, unknown>;
}
/** Which customers to list. */
interface ListCustomersParams {
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
interface CustomerPage {
  customers: Customer[];
  hasMore: boolean;
  /** Send it as `cursor` for the next page; null on the last one. */
  nextCursor: string | null;
}
/** A token of a customer. */
interface CustomerToken {
  token: string;
  sessionId: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}
/** Your users; needs a secret key. Reached as `api.customers`. Ids are ours or your own external ids. */
declare class CustomerAPI {
  #private;
  constructor(http: Http);
  /**
   * Makes a customer.
   *
   * @example
   * ```ts
   * const { customer } = await api.customers.create({ email: 'ada@example.com', plan: 'free' });
   * ```
   */
  create(params: CreateCustomerParams, options?: CallOptions): Promise<{
    customer: Customer;
  }>;
  /** Reads a customer. */
  get(customerId: string, options?: CallOptions): Promise<{
    customer: Customer;
  }>;
  /** Changes a customer. A change of plan is in force at once and keeps the count. */
  update(customerId: string, params: UpdateCustomerParams, options?: CallOptions): Promise<{
    customer: Customer;
  }>;
  /** Deletes a customer and everything of theirs; their tokens end at once. */
  delete(customerId: string, options?: CallOptions): Promise<{
    success: boolean;
    deleted: {
      id: string;
      email: string;
    };
  }>;
  /** One page of customers, newest first. */
  list(params?: ListCustomersParams, options?: CallOptions): Promise<CustomerPage>;
  /**
   * All customers, page by page.
   *
   * @example
   * ```ts
   * for await (const customer of api.customers.all({ plan: 'pro' })) console.log(customer.email);
   * ```
   */
  all(params?: Omit<ListCustomersParams, 'cursor'>, options?: CallOptions): AsyncGenerator<Customer>;
  /** Makes a token with which a browser may call as this customer: for apps that sign people in themselves. */
  createToken(customerId: string, params?: {
    expiresIn?: number;
  }, options?: CallOptions): Promise<CustomerToken>;
  /** Signs a customer out everywhere; every token of theirs ends at once. */
  endSessions(customerId: string, options?: CallOptions): Promise<{
    success: boolean;
    message: string;
  }>;
}
//#endregion
//#region src/resources/products.d.ts
/** What a pricing page shows of a plan. Prices are in cents: 2900 is $29.00. */
interface Tier {
  /** The internal name; what `plan` says of those on it. */
  name: string;
  /** What people read. */
  displayName: string;
  price: number;
  /** Uses in one period; -1 is unlimited. */
  limit: number;
  priceId: string;
  productId: string;
  features?: string[];
  popular?: boolean;
  id?: string;
  description?: string;
  billingMode?: 'subscription' | 'one_off';
  /** Lower-case ISO code. */
  currency?: string;
  interval?: 'month' | 'year';
  /** What `limit` holds for. */
  period?: 'day' | 'week' | 'month' | 'year' | 'lifetime';
  /** Every other meter. */
  meters?: Record<string, {
    limit: number;
    period: string;
  }>;
  isDefault?: boolean;
  trialDays?: number;
  imageUrl?: string;
  inventory?: number;
  soldOut?: boolean;
}
/** Something a store sells. Prices are in cents. */
interface Product {
  id?: string;
  /** The internal name. */
  key?: string;
  /** What people read. */
  name: string;
  displayName?: string;
  description?: string;
  price: number;
  /** Lower-case ISO code. */
  currency?: string;
  priceId: string;
  productId: string;
  imageUrl?: string;
  /** How many are left; absent if there is no end, or it is hidden. */
  inventory?: number | null;
  soldOut?: boolean;
  features?: string[];
}
/** A cart to pay, without signing in. */
interface CartCheckoutParams {
  items: Array<{
    priceId: string;
    quantity: number;
  }>;
  customerEmail?: string;
  customerName?: string;
  /** Where to return to: absolute URLs, or paths of the present page's origin. */
  successUrl?: string;
  cancelUrl?: string;
}
/** The catalogue. Reached as `api.products`. */
declare class ProductAPI {
  #private;
  constructor(http: Http);
  /** The tiers, in the project's order. */
  listTiers(options?: CallOptions): Promise<{
    tiers: Tier[];
  }>;
  /** The products of a store. */
  list(options?: CallOptions): Promise<{
    products: Product[];
  }>;
  /**
   * Begins the checkout of a cart.
   *
   * @example
   * ```ts
   * const { products } = await api.products.list();
   * const items = [{ priceId: products[0].priceId, quantity: 1 }];
   * const { url } = await api.products.cartCheckout({ items, successUrl: '/thanks', cancelUrl: '/cart' });
   * location.assign(url);
   * ```
   */
  cartCheckout(params: CartCheckoutParams, options?: CallOptions): Promise<CheckoutResult>;
}
//#endregion
//#region src/resources/dashboard.d.ts
/** The figures of a project. Money is in cents. */
interface DashboardMetrics {
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
interface DashboardCustomer {
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
interface Order {
  customer: string;
  email: string;
  amount: number;
  paymentId: string;
  date: string;
}
/** What payments said last. */
interface WebhookStatus {
  url: string;
  lastEvent?: string;
  recentEvents: Array<{
    type: string;
    timestamp: string;
  }>;
}
/** Figures over all projects, in cents. */
interface DashboardTotals {
  totalRevenue: number;
  totalCustomers: number;
  totalMRR: number;
}
/** Figures; needs a secret key. Reached as `api.dashboard`. */
declare class DashboardAPI {
  #private;
  constructor(http: Http);
  /**
   * The figures of this project.
   *
   * @example
   * ```ts
   * const { mrr } = await api.dashboard.get();
   * console.log(`$${(mrr / 100).toFixed(2)} a month`);
   * ```
   */
  get(options?: CallOptions): Promise<DashboardMetrics>;
  /** The figures over all projects. */
  getTotals(options?: CallOptions): Promise<DashboardTotals>;
}
//#endregion
//#region src/resources/me.d.ts
/** The user the client calls for. Reached as `api.me`. */
declare class MeAPI {
  #private;
  constructor(http: Http);
  /**
   * The user as the server knows them now, with the plan in force.
   *
   * @example
   * ```ts
   * const { customer } = await api.me.get();
   * console.log(customer.plan);
   * ```
   */
  get(options?: CallOptions): Promise<{
    customer: Customer;
  }>;
}
//#endregion
//#region src/resources/usage.d.ts
/** What a user has used of one meter in the running period. */
interface Usage {
  userId: string;
  /** The name of the tier the limit comes from. */
  plan: string;
  /** What is counted; `requests` unless named. */
  meter: string;
  /** Used in this period. */
  usageCount: number;
  /** The same as `usageCount`. */
  count: number;
  limit: number | 'unlimited';
  remaining: number | 'unlimited';
  /** First day of the period, UTC: `2026-11-01`. */
  periodStart: string;
  /** Last day of the period, UTC. */
  periodEnd: string;
  /** When the next period begins, an ISO time; absent for a limit that holds for a lifetime. */
  resetsAt?: string;
}
/** The answer of `usage.check()`: the meter `requests`, and all of them by name. */
interface Standing extends Usage {
  meters: Record<string, Usage>;
}
/** What to count. */
interface TrackParams {
  /** How much is used at once, 1 to 1,000,000,000; all of it or nothing. 1 if left out. */
  amount?: number;
  /** A meter that a tier of the project names. `requests` if left out. */
  meter?: string;
  /** Decide without counting. */
  dryRun?: boolean;
}
/** The answer of `usage.track()`. */
interface UsageTrackResult {
  success: boolean;
  usage: Usage;
  userId?: string;
  data?: {
    message: string;
  };
}
/** A period that is over. */
interface ClosedPeriod {
  meter: string;
  periodStart: string;
  periodEnd: string;
  count: number;
  /** The plan at the end of it. */
  plan: string;
}
/** Counting and limits. Reached as `api.usage`. */
declare class UsageAPI {
  #private;
  constructor(http: Http);
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
  track(params?: TrackParams, options?: CallOptions): Promise<UsageTrackResult>;
  /**
   * Reads what was used and what is left; counts nothing.
   *
   * @example
   * ```ts
   * const { remaining } = await api.usage.check();
   * if (remaining === 0) showUpgrade();
   * ```
   */
  check(options?: CallOptions): Promise<Standing>;
  /** What was used in periods that are over, newest first, 100 at most. */
  history(options?: CallOptions): Promise<{
    userId: string;
    periods: ClosedPeriod[];
  }>;
}
//#endregion
//#region src/client.d.ts
/** What `api.request()` can be given. */
interface RequestOptions extends CallOptions {
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
declare class DreamAPI {
  #private;
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
  /** Figures; needs a secret key. */
  readonly dashboard: DashboardAPI;
  /** The user the client calls for. */
  readonly me: MeAPI;
  /** Throws an `Error` if a key is missing or does not belong here: a secret key in a browser, above all. */
  constructor(config: DreamAPIConfig);
  /**
   * The token of the user to call for, from now on: for apps that sign people in themselves. It goes before
   * that of `auth`. On a server that serves many, give each call its own `userToken` instead.
   */
  setUserToken(token: string): void;
  /** Forgets the token that was set. */
  clearUserToken(): void;
  /** Whether this client has a publishable key only. */
  isFrontendOnly(): boolean;
  /** The publishable key, if there is one. */
  getPublishableKey(): string | undefined;
  /** The address of the server, without a slash at the end. */
  getBaseUrl(): string;
  /** The address of the sign-in pages. */
  getSignupBaseUrl(): string;
  /** The address of Clerk, if the server uses it. */
  getClerkBaseUrl(): string;
  /**
   * Calls what has no method here, with the same keys, time-outs, retries and errors.
   *
   * @example
   * ```ts
   * const config = await api.request<{ version: string }>('GET', '/api/config');
   * ```
   */
  request<T>(method: Method, endpoint: string, options?: RequestOptions): Promise<T>;
}
//#endregion
export { AuthHelpers, type AuthListener, type AuthPage, type AuthUrlOptions, type AuthUser, AuthenticationException, type BillingAPI, type CallOptions, type CartCheckoutParams, type CheckoutParams, type CheckoutResult, type ClerkUser, type ClientErrorCode, type ClosedPeriod, ConflictException, ConnectionException, type CreateCustomerParams, type Customer, type CustomerAPI, type CustomerPage, type CustomerToken, type DashboardAPI, type DashboardCustomer, type DashboardMetrics, type DashboardTotals, DreamAPI, DreamAPI as default, type DreamAPIConfig, type DreamAPIError, DreamAPIException, type ErrorCode, type FieldError, type ListCustomersParams, type MeAPI, type Method, NotFoundException, type Order, PermissionException, type PortalResult, type Product, type ProductAPI, RateLimitException, type RequestOptions, type ServerErrorCode, ServerException, type SessionStorage, type Standing, type Tier, TierLimitException, TimeoutException, type TrackParams, type UpdateCustomerParams, type Usage, type UsageAPI, type UsageTrackResult, ValidationException, type WebhookStatus, isDreamAPIException, memoryStorage };