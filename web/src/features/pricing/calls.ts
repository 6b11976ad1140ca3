import { post, read, request } from '../../api';
import type { PageContext } from '../../context';

/** A tier as everybody may see it. */
export interface OfferedTier {
  id: string;
  name: string;
  displayName: string;
  /** Minor units. */
  price: number;
  currency?: string;
  interval?: string;
  /** -1 is unlimited. */
  limit: number;
  period?: string;
  description?: string | null;
  features: string[];
  popular?: boolean;
  trialDays?: number | null;
  billingMode?: string;
}

/** The plans of the page's project. */
export async function readOffered(context: PageContext): Promise<OfferedTier[]> {
  const headers = { Accept: 'application/json', 'X-Publishable-Key': context.publishableKey ?? '' };
  return (await read<{ tiers: OfferedTier[] }>(await request('/api/tiers', { headers }))).tiers;
}

/** Where the plan is bought, for the person whom the page's cookie names. */
export async function startCheckout(context: PageContext, tier: string): Promise<string> {
  return (await post<{ url: string }>('/auth/checkout', { publishableKey: context.publishableKey, tier })).url;
}
