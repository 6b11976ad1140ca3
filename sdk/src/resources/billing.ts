import { absoluteUrl } from '../browser';
import type { CallOptions, Http } from '../http';

/** A page to send the user to. */
export interface CheckoutResult {
  url: string;
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
  priceId?: string;
  successUrl?: string;
  cancelUrl?: string;
}

/** Subscriptions of the user. Reached as `api.billing`. */
export class BillingAPI {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /**
   * Begins a checkout for a tier.
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

  /** Opens the page where the user changes card and plan, reads invoices and cancels. */
  openPortal(params?: { returnUrl?: string }, options?: CallOptions): Promise<PortalResult> {
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
