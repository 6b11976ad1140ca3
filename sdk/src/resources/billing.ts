import { absoluteUrl } from '../browser';
import type { CallOptions, Http } from '../http';
import type { OrderState } from './orders';

/** A page to send the user to. */
export interface CheckoutResult {
  url: string;
  /** The checkout, for `getCheckout()`; absent if the page is the portal of somebody who pays already. */
  sessionId?: string;
}

/** A page to send the user to. */
export interface PortalResult {
  url: string;
}

/** What to buy, and where to return to: absolute URLs, or paths of the present page's origin. */
export interface CheckoutParams {
  /** The name of the tier. */
  tier?: string;
  /** The price that was shown; the call is refused if the tier has another one by now. */
  priceId?: string;
  /** `{CHECKOUT_SESSION_ID}` in it becomes the id of the checkout. */
  successUrl?: string;
  cancelUrl?: string;
}

/** How to open the portal. */
export interface PortalParams {
  /** Where to return to: an absolute URL, or a path of the present page's origin. */
  returnUrl?: string;
  /** The one thing to do there; everything if left out. */
  flow?: 'cancel' | 'update' | 'payment_method';
}

/** How a checkout ended, or that it did not yet. */
export interface CheckoutState {
  status: 'open' | 'complete' | 'expired';
  /** It is paid, or nothing was to be paid. Of a plan only. */
  paid?: boolean;
  /** The plan that is in force for it. Of a plan only, once it is paid. */
  plan?: string;
  /** Where the order stands. Of a cart only. */
  orderState?: OrderState;
}

/** Subscriptions of the user. Reached as `api.billing`. */
export class BillingAPI {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /**
   * Begins a checkout for a tier. Somebody who pays for a plan already is sent to the portal instead.
   *
   * @example
   * ```ts
   * const { url } = await api.billing.createCheckout({ tier: 'pro', successUrl: '/welcome', cancelUrl: '/pricing' });
   * location.assign(url);
   * ```
   */
  createCheckout(params: CheckoutParams, options?: CallOptions): Promise<CheckoutResult> {
    const body = withAbsoluteUrls(params, ['successUrl', 'cancelUrl']);
    return this.#http.send('POST', '/api/create-checkout', { ...options, body, user: 'required' });
  }

  /**
   * Asks how a checkout ended. Once it answers `paid`, the next call of the user has the new plan, even if the
   * news of the payment provider are late. A cart needs no user.
   *
   * @example
   * ```ts
   * const { paid, plan } = await api.billing.getCheckout(sessionId);
   * if (paid) console.log(`Welcome to ${plan}`);
   * ```
   */
  getCheckout(sessionId: string, options?: CallOptions): Promise<CheckoutState> {
    const path = `/api/checkout/${encodeURIComponent(sessionId)}`;
    return this.#http.send('GET', path, { ...options, user: 'optional' });
  }

  /**
   * Opens the page where the user changes card and plan, reads invoices and cancels.
   *
   * @example
   * ```ts
   * const { url } = await api.billing.openPortal({ returnUrl: '/account', flow: 'cancel' });
   * location.assign(url);
   * ```
   */
  openPortal(params?: PortalParams, options?: CallOptions): Promise<PortalResult> {
    const body = params && withAbsoluteUrls(params, ['returnUrl']);
    return this.#http.send('POST', '/api/customer-portal', { ...options, body, user: 'required' });
  }
}

/** The parameters with the page's origin before every path among the named ones. */
export function withAbsoluteUrls<T extends object>(params: T, names: readonly (keyof T)[]): T {
  const changed = { ...params };
  for (const name of names) {
    const url = params[name];
    if (typeof url === 'string') changed[name] = absoluteUrl(url) as T[keyof T];
  }
  return changed;
}
