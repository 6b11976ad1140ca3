import { ask, send } from '../../dashboard/calls';

/** A plan, or a product of a store. */
export interface Tier {
  id: string;
  name: string;
  displayName: string;
  /** Minor units. */
  price: number;
  currency: string;
  interval: 'month' | 'year';
  /** Of the meter `requests`; -1 is unlimited. */
  limit: number;
  period: string;
  meters: Record<string, { limit: number; period: string }>;
  billingMode: 'subscription' | 'one_off';
  description?: string | null;
  imageUrl?: string | null;
  inventory?: number | null;
  soldOut: boolean;
  popular: boolean;
  position: number;
  isDefault: boolean;
  active: boolean;
  features: string[];
  priceId: string;
  productId: string;
  ratePerMinute?: number | null;
  trialDays?: number | null;
}

/** What may be said about a tier; what is left out stays. */
export type TierFields = Partial<
  Pick<
    Tier,
    | 'name'
    | 'displayName'
    | 'price'
    | 'currency'
    | 'interval'
    | 'limit'
    | 'period'
    | 'meters'
    | 'billingMode'
    | 'description'
    | 'imageUrl'
    | 'inventory'
    | 'popular'
    | 'position'
    | 'isDefault'
    | 'active'
    | 'features'
    | 'ratePerMinute'
    | 'trialDays'
  >
>;

export const tiersOf = (pk: string) => ['tiers', pk];

/** With archived ones. */
export async function readTiers(pk: string): Promise<Tier[]> {
  return (await ask<{ tiers: Tier[] }>('/tiers', pk, { archived: 'true' })).tiers;
}

/** As everybody sees them. */
export async function readPublicTiers(pk: string): Promise<Tier[]> {
  return (await ask<{ tiers: Tier[] }>('/api/tiers', pk)).tiers;
}

export function addTier(pk: string, fields: TierFields, repeatKey: string): Promise<{ tier: Tier }> {
  return send('POST', '/tiers/add', fields, { publishableKey: pk, repeatKey });
}

export function changeTier(pk: string, tierName: string, updates: TierFields): Promise<{ tier: Tier }> {
  return send('PUT', '/tiers', { tierName, updates }, { publishableKey: pk });
}

/** Archives it: it is no longer sold, and who has it keeps it. */
export function archiveTier(pk: string, tierName: string): Promise<unknown> {
  return send('DELETE', '/tiers', { tierName }, { publishableKey: pk });
}

/** A link to the pricing page as it would be with these, and until when it works (ms). Nothing is changed. */
export function makePreview(publishableKey: string, tiers: TierFields[]): Promise<{ url: string; expiresAt: number }> {
  return send('POST', '/pricing-previews', { publishableKey, tiers });
}

/** Keeps a picture; `data` is base64. */
export function uploadAsset(
  pk: string,
  file: { filename: string; contentType: string; data: string },
): Promise<{ key: string; url: string }> {
  return send('POST', '/api/assets', file, { publishableKey: pk });
}
