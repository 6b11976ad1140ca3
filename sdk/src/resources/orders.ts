import type { CallOptions, Http } from '../http';
import { everything, type Page, type PageParams } from '../paging';

/** Where an order stands. */
export type OrderState =
  | 'pending'
  | 'paid'
  | 'fulfilled'
  | 'partially_refunded'
  | 'refunded'
  | 'expired'
  | 'disputed'
  // Keeps completion of the known ones while a newer server may answer others.
  | (string & Record<never, never>);

/** An order of your store. Amounts are in cents, times milliseconds since the epoch. */
export interface StoreOrder {
  /** `ord_…` */
  id: string;
  status: OrderState;
  /** Null until the buyer has named it. */
  email: string | null;
  /** The user, if signed in. */
  userId: string | null;
  lines: OrderLine[];
  /** What it costs, then what was paid. */
  amountTotal: number;
  /** What went back or is on its way. */
  amountRefunded: number;
  /** Lower-case ISO code. */
  currency: string;
  /** The payment at the payment provider. */
  paymentId: string | null;
  /** The checkout, for `billing.getCheckout()`. */
  sessionId: string | null;
  /** The page where the buyer sees it. */
  receiptUrl: string;
  shipping: Shipping | null;
  trackingUrl: string | null;
  /** Your words to the buyer. */
  note: string | null;
  dispute: 'open' | 'won' | 'lost' | null;
  /** Made as an example for a new project; absent otherwise. */
  sample?: boolean;
  createdAt: number;
  /** When it can be paid no more. */
  expiresAt: number;
  paidAt: number | null;
  fulfilledAt: number | null;
  /** Absent in lists. */
  refunds?: Refund[];
  /** What happened, the oldest first. Absent in lists. */
  timeline?: Array<{ at: number /** Such as `paid`. */; kind: string /** The same in words. */; what: string }>;
}

/** A line of an order. */
export interface OrderLine {
  /** Its number in the order, from 1. */
  line: number;
  /** The internal name of the product. */
  tier: string;
  name: string;
  priceId: string;
  /** Cents, of one. */
  unitAmount: number;
  quantity: number;
  /** Cents, of all of them. */
  amount: number;
  refundedQuantity: number;
  restockedQuantity: number;
  imageUrl?: string;
}

/** Something that happened to an order. */
export interface Happening {
  at: number;
  /** Such as `paid`. */
  kind: string;
  /** The same in words. */
  what: string;
}

/** Where to send an order. */
export interface Shipping {
  name?: string | null;
  address?: {
    line1?: string | null;
    line2?: string | null;
    city?: string | null;
    state?: string | null;
    postalCode?: string | null;
    country?: string | null;
  } | null;
}

/** Money that goes back. */
export interface Refund {
  /** `rfn_…` */
  id: string;
  /** Cents. */
  amount: number;
  /** `asked` until the payment provider has confirmed it. */
  status: 'asked' | 'made' | 'failed';
  reason: RefundReason | null;
  /** Who began it: you, the server since the stock was gone, or somebody at the payment provider. */
  origin: 'seller' | 'out_of_stock' | 'provider';
  restock: boolean;
  lastError: string | null;
  createdAt: number;
}

/** Why money goes back. */
export type RefundReason = 'requested_by_customer' | 'duplicate' | 'fraudulent';

/** Which orders to list. */
export interface ListOrdersParams extends PageParams {
  state?: OrderState;
  /**
   * Only those of this customer: our id, your external id, or an e-mail. An order is of the customer who was signed in;
   * one for which nobody was is of the customer whose e-mail it has. With an e-mail, all orders that have it are listed
   * too.
   */
  customer?: string;
  /** A whole id of an order, a payment or a checkout; or part of the e-mail, for which all orders may be looked at. */
  search?: string;
  /** Made at this time or later: milliseconds since the epoch, or an ISO time. */
  from?: number | string;
  /** Made before this time. */
  to?: number | string;
  /** `newest` if left out. Totals of several currencies are compared as numbers. */
  sort?: OrderSort;
}

/** In which order orders are listed: `total` begins with the smallest, `-total` with the largest. */
export type OrderSort = 'newest' | 'oldest' | 'total' | '-total';

/** A page of orders. */
export interface OrderPage extends Page {
  orders: StoreOrder[];
}

/** How an order was sent. */
export interface FulfilOrderParams {
  /** Where the buyer follows the parcel; https. */
  trackingUrl?: string;
  /** A few words to the buyer. */
  note?: string;
}

/** What goes back: `lines`, an `amount`, or all that is left if neither is named. */
export interface RefundOrderParams {
  /** Cents. */
  amount?: number;
  /** So many of which lines. */
  lines?: Array<{ line: number; quantity: number }>;
  /** Whether the products of the lines can be sold again. */
  restock?: boolean;
  reason?: RefundReason;
}

/** Stock that an unpaid order holds. Times are milliseconds since the epoch. */
export interface Reservation {
  /** `res_…` */
  id: string;
  orderId: string;
  /** The internal name of the product. */
  tier: string;
  quantity: number;
  createdAt: number;
  /** When it is given back unless it is paid. */
  endsAt: number;
}

/** A page of held stock, newest first. */
export interface ReservationPage extends Page {
  reservations: Reservation[];
}

/** Orders of your store; needs a secret key. Reached as `api.orders`. */
export class OrdersAPI {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** One page of orders, newest first unless `sort` says otherwise. */
  list(params: ListOrdersParams = {}, options?: CallOptions): Promise<OrderPage> {
    return this.#http.send('GET', '/api/orders', { ...options, query: { ...params } });
  }

  /**
   * All orders, page by page.
   *
   * @example
   * ```ts
   * for await (const order of api.orders.all({ state: 'paid' })) console.log(order.id, order.email);
   * ```
   */
  all(params: Omit<ListOrdersParams, 'cursor'> = {}, options?: CallOptions): AsyncGenerator<StoreOrder> {
    const load = (cursor?: string) => this.list({ ...params, ...(cursor === undefined ? {} : { cursor }) }, options);
    return everything(load, ({ orders }) => orders);
  }

  /** Reads an order, with its refunds and what happened to it. */
  get(orderId: string, options?: CallOptions): Promise<{ order: StoreOrder }> {
    return this.#http.send('GET', pathOf(orderId), options);
  }

  /**
   * Marks an order as sent; the buyer gets a mail. Sent again, it changes note and tracking link.
   *
   * @example
   * ```ts
   * await api.orders.fulfil('ord_…', { trackingUrl: 'https://parcels.example.com/1' });
   * ```
   */
  fulfil(orderId: string, params: FulfilOrderParams = {}, options?: CallOptions): Promise<{ order: StoreOrder }> {
    return this.#http.send('POST', `${pathOf(orderId)}/fulfil`, { ...options, body: params });
  }

  /**
   * Gives money back, never more than was paid.
   *
   * @example
   * ```ts
   * const { order } = await api.orders.refund('ord_…', { lines: [{ line: 1, quantity: 1 }], restock: true });
   * console.log(order.amountRefunded);
   * ```
   */
  refund(orderId: string, params: RefundOrderParams = {}, options?: CallOptions): Promise<{ order: StoreOrder }> {
    return this.#http.send('POST', `${pathOf(orderId)}/refund`, { ...options, body: params });
  }

  /** Ends the payment page of an unpaid order and gives its stock back; `ConflictException` if it was just paid. */
  release(orderId: string, options?: CallOptions): Promise<{ order: StoreOrder }> {
    return this.#http.send('POST', `${pathOf(orderId)}/release`, options);
  }

  /** One page of the stock that unpaid orders hold, newest first. */
  reservations(params: PageParams = {}, options?: CallOptions): Promise<ReservationPage> {
    return this.#http.send('GET', '/api/reservations', { ...options, query: { ...params } });
  }
}

function pathOf(orderId: string): string {
  return `/api/orders/${encodeURIComponent(orderId)}`;
}
