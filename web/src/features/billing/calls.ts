import { ask, send } from '../../dashboard/calls';

/** What the developer pays for this server. */
export interface PlatformSubscription {
  status: string;
  plan: string;
  /** Milliseconds since 1970. */
  trialEndsAt?: number | null;
  currentPeriodEnd?: number | null;
  cancelAt?: number | null;
  liveEndUserCount: number;
  includedUsers: number;
  /** Of the main unit of the currency. */
  estimatedOverage: number;
  /** Whether live keys stop without the paid plan. */
  enforced: boolean;
  /** What the paid plan costs, in minor units. */
  price: number;
  currency: string;
  interval: string;
}

export function readSubscription(): Promise<PlatformSubscription> {
  return ask('/subscription');
}

export async function startCheckout(repeatKey: string): Promise<string> {
  const answer = await send<{ checkoutUrl?: string; url?: string }>('POST', '/create-checkout', {}, { repeatKey });
  return answer.checkoutUrl ?? answer.url ?? '';
}

export async function openPortal(returnUrl: string): Promise<string> {
  return (await send<{ url: string }>('POST', '/billing-portal', { returnUrl })).url;
}
