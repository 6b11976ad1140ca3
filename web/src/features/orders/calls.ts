import { ask, type Page, type Query, send } from '../../dashboard/calls';

export interface Order {
  id: string;
  /** Milliseconds since 1970. */
  createdAt: number;
  status: string;
  email?: string | null;
  lines: OrderLine[];
  /** Minor units. */
  amountTotal: number;
  amountRefunded: number;
  currency: string;
  paymentId?: string | null;
  /** Where the customer sees it. */
  receiptUrl?: string | null;
  shipping?: Shipping | null;
  trackingUrl?: string | null;
  note?: string | null;
  /** Milliseconds since 1970. */
  fulfilledAt?: number | null;
  /** Made up, to have something to show. */
  sample?: boolean;
  timeline?: { at: number; what: string }[];
}

export interface OrderLine {
  name: string;
  quantity: number;
  /** Minor units, of all of them. */
  amount: number;
  imageUrl?: string | null;
}

export interface Shipping {
  name?: string | null;
  address?: Record<string, string | null> | null;
}

export const ordersOf = (pk: string) => ['orders', pk];

export function readOrders(pk: string, query: Query): Promise<{ orders: Order[] } & Page> {
  return ask('/api/orders', pk, { limit: 25, ...query });
}

export async function readOrder(pk: string, id: string): Promise<Order> {
  return (await ask<{ order: Order }>(one(id), pk)).order;
}

/** Sent again, it changes what the buyer is told. */
export function fulfilOrder(
  pk: string,
  id: string,
  told: { trackingUrl?: string; note?: string },
  repeatKey: string,
): Promise<unknown> {
  return send('POST', `${one(id)}/fulfil`, told, { publishableKey: pk, repeatKey });
}

/** `amount` in minor units; all that is left without it. */
export function refundOrder(
  pk: string,
  id: string,
  wish: { amount?: number; restock: boolean },
  repeatKey: string,
): Promise<unknown> {
  return send('POST', `${one(id)}/refund`, wish, { publishableKey: pk, repeatKey });
}

function one(id: string): string {
  return `/api/orders/${encodeURIComponent(id)}`;
}
