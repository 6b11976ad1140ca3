import { ask, type Page, type Query, send } from '../../dashboard/calls';

/** A customer: a user of the developer's app. */
export interface Customer {
  id: string;
  email?: string | null;
  emailVerified: boolean;
  externalId?: string | null;
  firstName?: string | null;
  lastName?: string | null;
  metadata?: unknown;
  plan: string;
  publishableKey: string;
  /** Milliseconds since 1970. */
  createdAt: number;
  updatedAt: number;
  /** Made with the sample data of a demo. */
  sample?: boolean;
}

/** A customer with what he uses and pays. */
export interface CustomerRow {
  id: string;
  /** Empty where it is not known. */
  email: string;
  firstName?: string | null;
  lastName?: string | null;
  externalId?: string | null;
  plan: string;
  usageCount: number;
  /** -1 is unlimited. */
  limit: number;
  /** The last day of the period, `YYYY-MM-DD`. */
  periodEnd: string;
  status: string;
  /** RFC 3339: when the subscription renews, or when access ends. */
  renewsAt?: string;
  cancelAt?: string;
  /** Milliseconds since 1970. */
  createdAt: number;
  /** Made with the sample data of a demo. */
  sample?: boolean;
}

/** Why a customer has the plan that he has. */
export interface Explanation {
  plan: string | null;
  status: string;
  /** Milliseconds since 1970. */
  accessUntil?: number | null;
  reason: string;
  /** The rule in a sentence. */
  rule: string;
  facts: {
    grants: { plan: string; by: string; until?: number | null; running: boolean }[];
    subscriptions: HeldSubscription[];
  };
}

/** A subscription as it is stored. Amounts in minor units, times in milliseconds since 1970. */
export interface HeldSubscription {
  id: string;
  customerId: string;
  status: string;
  priceId: string;
  amount: number;
  currency: string;
  interval: string;
  quantity: number;
  periodEnd: number;
  trialEnd?: number | null;
  cancelAt?: number | null;
  cancelAtPeriodEnd: boolean;
  /** What it gives. */
  claim?: { plan: string; until?: number | null } | null;
  /** Why, in a sentence. */
  rule: string;
}

export interface Invoice {
  id: string;
  number?: string | null;
  status: string;
  /** Minor units. */
  amountDue: number;
  amountPaid: number;
  amountRefunded: number;
  currency: string;
  /** Milliseconds since 1970. */
  createdAt: number;
  hostedUrl?: string | null;
}

/** One sign-in of a customer. Times in milliseconds since 1970. */
export interface Session {
  id: string;
  /** A token that the developer's server made, and nobody's sign-in. */
  minted?: boolean;
  /** What the browser said it is. */
  userAgent?: string | null;
  createdAt: number;
  lastUsedAt: number;
  expiresAt: number;
}

/** What the billing portal opens with; all of it without. */
export type PortalFlow = 'payment_method' | 'update' | 'cancel';

export const customersOf = (pk: string) => ['customers', pk];

/** By search, without what they use: the quick way. */
export function findCustomers(pk: string, query: Query): Promise<{ customers: Customer[] } & Page> {
  return ask('/api/customers', pk, query);
}

/** By search, plan, status and how near their limit they are, with what they use and pay. */
export function readCustomers(pk: string, query: Query): Promise<{ customers: CustomerRow[] } & Page> {
  return ask('/api/dashboard', pk, { limit: 25, ...query });
}

/** One of them, if it is there. */
export async function readCustomerRow(pk: string, id: string): Promise<CustomerRow | null> {
  const { customers } = await readCustomers(pk, { search: id, limit: 1 });
  return customers.find((row) => row.id === id) ?? null;
}

export async function readCustomer(pk: string, id: string): Promise<Customer> {
  return (await ask<{ customer: Customer }>(one(id), pk)).customer;
}

export async function createCustomer(pk: string, wish: object, repeatKey: string): Promise<Customer> {
  const path = '/api/customers';
  return (await send<{ customer: Customer }>('POST', path, wish, { publishableKey: pk, repeatKey })).customer;
}

export async function changeCustomer(pk: string, id: string, changes: object): Promise<Customer> {
  return (await send<{ customer: Customer }>('PATCH', one(id), changes, { publishableKey: pk })).customer;
}

export function deleteCustomer(pk: string, id: string): Promise<unknown> {
  return send('DELETE', one(id), {}, { publishableKey: pk });
}

/** Ends every session and token of the customer. */
export function revokeSessions(pk: string, id: string): Promise<unknown> {
  return send('DELETE', `${one(id)}/tokens`, {}, { publishableKey: pk });
}

/** Where the customer is signed in. */
export function readSessions(pk: string, id: string, query: Query): Promise<{ sessions: Session[] } & Page> {
  return ask(`${one(id)}/sessions`, pk, query);
}

export function endSession(pk: string, id: string, session: string): Promise<unknown> {
  return send('DELETE', `${one(id)}/sessions/${encodeURIComponent(session)}`, {}, { publishableKey: pk });
}

/** Makes a link to the page where the customer manages what is paid. */
export async function openPortal(pk: string, id: string, flow: PortalFlow | undefined): Promise<string> {
  const wish = flow ? { flow } : {};
  return (await send<{ url: string }>('POST', `${one(id)}/portal`, wish, { publishableKey: pk })).url;
}

export function readExplanation(pk: string, id: string): Promise<Explanation> {
  return ask(`${one(id)}/explain`, pk);
}

export function readInvoices(pk: string, id: string): Promise<{ invoices: Invoice[] } & Page> {
  return ask(`${one(id)}/invoices`, pk);
}

/** The address of a customer. */
export function one(id: string): string {
  return `/api/customers/${encodeURIComponent(id)}`;
}
