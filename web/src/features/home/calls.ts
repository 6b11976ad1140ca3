import { read, request } from '../../api';
import type { Offer } from '../../parts/PricingCard';

/** A plan of this server itself. */
export interface OwnPlan extends Offer {
  id: string;
  name: string;
}

/** What this server costs: the plans of the root project. */
export async function readOwnPlans(publishableKey: string): Promise<OwnPlan[]> {
  const headers = { Accept: 'application/json', 'X-Publishable-Key': publishableKey };
  return (await read<{ tiers: OwnPlan[] }>(await request('/api/tiers', { headers }))).tiers;
}
