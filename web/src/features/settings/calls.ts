import { ask, send } from '../../dashboard/calls';
import type { Mode } from '../projects/calls';

/** The developer's account at the payment provider, in one mode. */
export interface PaymentAccount {
  connected: boolean;
  mode: Mode;
  /** Whether this server can connect accounts in this mode at all. */
  configured?: boolean;
  sandbox: boolean;
  accountId?: string | null;
  chargesEnabled?: boolean;
  payoutsEnabled?: boolean;
  detailsSubmitted?: boolean;
  country?: string | null;
  defaultCurrency?: string | null;
  displayName?: string | null;
  /** Milliseconds since 1970. */
  connectedAt?: number | null;
  disconnectedAt?: number | null;
}

/** A way to sign in that the developer has set up. */
export interface SignInProvider {
  id: string;
  name: string;
  issuer: string;
  clientId: string;
  redirectUri: string;
  /** Milliseconds since 1970. */
  createdAt: number;
}

export interface NewSignInProvider {
  id: string;
  name?: string;
  issuer?: string;
  clientId: string;
  clientSecret: string;
}

export const paymentAccountOf = (mode: Mode) => ['payment-account', mode];

export function readPaymentAccount(mode: Mode): Promise<PaymentAccount> {
  return ask('/payment-account', undefined, { mode });
}

/** Where connecting begins; it comes back to `returnTo`. */
export function connectLink(mode: Mode, returnTo: string): string {
  return `/authorize?${new URLSearchParams({ mode, returnTo })}`;
}

export function disconnectPayments(mode: Mode): Promise<unknown> {
  return send('POST', '/payment-account/disconnect', { mode });
}

export const providersOf = (pk: string) => ['providers', pk];

export function readProviders(
  pk: string,
): Promise<{ offered: { id: string; name: string }[]; providers: SignInProvider[] }> {
  return ask('/projects/providers', undefined, { publishableKey: pk });
}

export function setProvider(publishableKey: string, provider: NewSignInProvider): Promise<unknown> {
  return send('POST', '/projects/providers', { publishableKey, ...provider });
}

export function removeProvider(publishableKey: string, id: string): Promise<unknown> {
  return send('DELETE', '/projects/providers', { publishableKey, id });
}
