import { currentPage } from '../browser';
import { AuthenticationException, DreamAPIException } from '../errors';
import type { Http } from '../http';
import type { Settings } from '../settings';
import { cleanAddress, type Returned, returned } from './address';
import { beginFlow, takeVerifier } from './flows';
import { type AuthListener, SessionKeeper } from './keeper';
import { type AuthPage, type AuthUrlOptions, pageUrl } from './pages';
import { challengeOf } from './pkce';
import { type AuthUser, sessionOf, sessionOfToken, type TokenGrant } from './session';
import { defaultStorage } from './storage';

/** Signing in and out on the hosted pages, and who is signed in. Reached as `api.auth`. */
export class AuthHelpers {
  readonly #http: Http;
  readonly #settings: Settings;
  readonly #keeper: SessionKeeper;
  #starting: Promise<void> | null = null;
  #error: DreamAPIException | null = null;

  constructor(http: Http, settings: Settings) {
    this.#http = http;
    this.#settings = settings;
    this.#keeper = new SessionKeeper(http, settings.storage ?? defaultStorage(), settings.publishableKey);
  }

  /** Whether the present address is a return from the hosted pages. */
  static hasAuthParams(): boolean {
    return returned() !== null;
  }

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
  init(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /** Why `init()` could not sign in, or renew what was kept; null if nothing failed. */
  getError(): DreamAPIException | null {
    return this.#error;
  }

  /** Whether somebody is signed in. */
  isSignedIn(): boolean {
    return this.#keeper.session() !== null;
  }

  /** Who is signed in; null for nobody. The same object until something about it changes. */
  getUser(): AuthUser | null {
    return this.#keeper.session()?.user ?? null;
  }

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
  getToken(): Promise<string | null> {
    return this.#keeper.token();
  }

  /** Gets a new token now, with the present plan: after a checkout, for example. */
  async refreshToken(): Promise<void> {
    const session = this.#keeper.session();
    // A token that came in the address cannot be renewed.
    if (session?.refresh) await this.#keeper.renew(session.token);
  }

  /**
   * Calls the listener when somebody signs in or out, in this tab or another, or when their data change.
   * Answers a function that stops it.
   *
   * @example
   * ```ts
   * const stop = api.auth.onChange((user) => render(user));
   * ```
   */
  onChange(listener: AuthListener): () => void {
    return this.#keeper.onChange(listener);
  }

  /**
   * Goes to the sign-in page, which returns to `redirect`, or to the present address. Call `init()` there.
   *
   * @example
   * ```ts
   * button.onclick = () => api.auth.signIn({ redirect: '/dashboard' });
   * ```
   */
  signIn(options: Partial<AuthUrlOptions> = {}): Promise<void> {
    return this.#go('signin', options);
  }

  /** Goes to the sign-up page, which returns to `redirect`, or to the present address. Call `init()` there. */
  signUp(options: Partial<AuthUrlOptions> = {}): Promise<void> {
    return this.#go('signup', options);
  }

  /** Signs out in all tabs and ends the session on the server. Without a connection it ends here alone. */
  async signOut(): Promise<void> {
    const refreshToken = this.#keeper.session()?.refresh?.token;
    this.#http.setUserToken(null);
    await this.#keeper.end();
    if (refreshToken === undefined) return;
    await failureOf(this.#http.send('POST', '/auth/revoke', { body: { refreshToken } }));
  }

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
  async prepareUrl(page: Exclude<AuthPage, 'account'>, options: AuthUrlOptions): Promise<string> {
    const { state, verifier } = beginFlow(Date.now());
    return pageUrl(this.#settings, page, options, { codeChallenge: await challengeOf(verifier), state });
  }

  /**
   * The address of the sign-up page, for a link. It returns with a token in the address, which `init()`
   * takes; `signUp()` is the safer way.
   *
   * @example
   * ```ts
   * link.href = api.auth.getSignUpUrl({ redirect: '/choose-plan' });
   * ```
   */
  getSignUpUrl(options: AuthUrlOptions): string {
    return pageUrl(this.#settings, 'signup', options);
  }

  /** The address of the sign-in page, for a link, as `getSignUpUrl()`; `signIn()` is the safer way. */
  getSignInUrl(options: AuthUrlOptions): string {
    return pageUrl(this.#settings, 'signin', options);
  }

  /** The address of the page where users change profile, password and e-mail and see their sessions. */
  getCustomerPortalUrl({ returnUrl }: { returnUrl?: string } = {}): string {
    return pageUrl(this.#settings, 'account', { redirect: returnUrl || (currentPage()?.location.href ?? '/') });
  }

  /**
   * The address to return to from a checkout: the page waits until the new plan is in force and goes on to
   * `redirect` with a new token in the address. `prepareUrl('refresh', …)` is the safer way.
   */
  getRefreshUrl(options: AuthUrlOptions): string {
    return pageUrl(this.#settings, 'refresh', options);
  }

  async #go(page: 'signin' | 'signup', options: Partial<AuthUrlOptions>): Promise<void> {
    const { location } = currentPage() ?? {};
    if (!location) throw new Error('DreamAPI: signIn() and signUp() need a page; on a server use getSignInUrl()');
    location.assign(await this.prepareUrl(page, { ...options, redirect: options.redirect ?? location.href }));
  }

  async #start(): Promise<void> {
    const found = returned();
    // At once, so that the secret stays neither in the address nor in what is loaded meanwhile.
    if (found) cleanAddress(found);
    await this.#keeper.restore();
    this.#error = await failureOf(found ? this.#arrive(found) : this.#keeper.token());
  }

  async #arrive(found: Returned): Promise<void> {
    if (found.kind === 'code') await this.#exchange(found.code, found.state);
    else await this.#take(found.token);
  }

  async #exchange(code: string, state: string): Promise<void> {
    const codeVerifier = takeVerifier(state, Date.now());
    if (!codeVerifier)
      throw refusal('sign_in_not_started', 'This sign-in was not begun in this browser. Sign in again.');
    const grant = await this.#http.send<TokenGrant>('POST', '/auth/token', { body: { code, codeVerifier } });
    await this.#keeper.begin(sessionOf(grant, Date.now()));
  }

  async #take(token: string): Promise<void> {
    if (!this.#settings.legacyToken) return;
    const session = sessionOfToken(token, this.#settings.publishableKey, Date.now());
    if (!session) throw refusal('invalid_token', 'The token in the address is past its end or of another project.');
    const present = this.#keeper.session();
    if (!present?.refresh) return this.#keeper.begin(session);
    // Whoever is signed in already needs no token, only news of the plan.
    if (present.user.id === session.user.id) return this.refreshToken();
    throw refusal('account_switch_refused', 'The token in the address is of somebody else. Sign out first.');
  }
}

/** What a call of the server failed with; null if it did not. Other errors are thrown on. */
async function failureOf(work: Promise<unknown>): Promise<DreamAPIException | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (error instanceof DreamAPIException) return error;
    throw error;
  }
}

function refusal(code: string, message: string): AuthenticationException {
  return new AuthenticationException({ error: 'Authentication failed', message, code }, 401);
}
