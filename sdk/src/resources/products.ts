import type { CallOptions, Http } from '../http';
import { type CheckoutResult, withAbsoluteUrls } from './billing';

/** What a pricing page shows of a plan. Prices are in cents: 2900 is $29.00. */
export interface Tier {
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
  meters?: Record<string, { limit: number; period: string }>;
  isDefault?: boolean;
  trialDays?: number;
  imageUrl?: string;
  /** How many are left; absent or null if there is no end, or it is hidden. */
  inventory?: number | null;
  soldOut?: boolean;
}

/** Something a store sells. Prices are in cents. */
export interface Product {
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
  /** The first picture. */
  imageUrl?: string;
  imageUrls?: string[];
  /** The most in one order; absent if there is no such limit. */
  maxPerOrder?: number;
  /** How many are left; absent or null if there is no end, or it is hidden. */
  inventory?: number | null;
  soldOut?: boolean;
  features?: string[];
}

/** A page to send the buyer to. */
export interface CartCheckoutResult extends CheckoutResult {
  /** The order that holds the stock until it is paid or expires. */
  orderId?: string;
}

/** A cart to pay, without signing in. */
export interface CartCheckoutParams {
  items: Array<{ priceId: string; quantity: number }>;
  customerEmail?: string;
  customerName?: string;
  /** Where to return to: absolute URLs, or paths of the present page's origin. */
  successUrl?: string;
  cancelUrl?: string;
}

/** The catalogue. Reached as `api.products`. */
export class ProductAPI {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** The tiers, in the project's order. */
  listTiers(options?: CallOptions): Promise<{ tiers: Tier[] }> {
    return this.#http.send('GET', '/api/tiers', options);
  }

  /** The products of a store. */
  list(options?: CallOptions): Promise<{ products: Product[] }> {
    return this.#http.send('GET', '/api/products', options);
  }

  /**
   * Begins the checkout of a cart and holds its stock until it is paid or expires. If there is not enough it throws
   * `ConflictException` with `out_of_stock`, and `body.lines` says what is left.
   *
   * @example
   * ```ts
   * const { products } = await api.products.list();
   * const items = [{ priceId: products[0].priceId, quantity: 1 }];
   * const { url } = await api.products.cartCheckout({ items, successUrl: '/thanks', cancelUrl: '/cart' });
   * location.assign(url);
   * ```
   */
  cartCheckout(params: CartCheckoutParams, options?: CallOptions): Promise<CartCheckoutResult> {
    const { customerEmail: email, customerName: name, ...rest } = params;
    const body = { email, name, ...withAbsoluteUrls(rest, ['successUrl', 'cancelUrl']) };
    return this.#http.send('POST', '/api/cart/checkout', { ...options, body, user: 'optional' });
  }
}
