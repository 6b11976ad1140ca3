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

/** What can be chosen from. */
export interface Offered {
  tiers: OfferedTier[];
  /** With a preview: until when it works, in milliseconds since 1970. */
  preview?: { expiresAt: number };
}

/** The plans of the page's project; with a `preview`, as they would be after the changes it holds. */
export async function readOffered(context: PageContext, preview: string | null): Promise<Offered> {
  const headers = { Accept: 'application/json', 'X-Publishable-Key': context.publishableKey ?? '' };
  const path = preview === null ? '/api/tiers' : `/api/tiers?${new URLSearchParams({ preview })}`;
  return read(await request(path, { headers }));
}

/** Where the plan is bought, for the person whom the page's cookie names. */
export async function startCheckout(context: PageContext, tier: string): Promise<string> {
  return (await post<{ url: string }>('/auth/checkout', { publishableKey: context.publishableKey, tier })).url;
}
