import { ask, type Page, type Query } from '../../dashboard/calls';

/** A developer's platform, as the operator of this server sees it. */
export interface Platform {
  platformId: string;
  /** Empty where it is not known. */
  email: string;
  plan: string;
  status: string;
  liveUsers: number;
  testUsers: number;
  /** Minor units. */
  mrr: number;
  currency?: string;
  /** Milliseconds since 1970. */
  createdAt: number;
}

export interface PlatformTotals {
  platforms: number;
  paying: number;
  trialing: number;
  liveUsers: number;
  testUsers: number;
  /** Minor units. */
  mrr: number;
}

export function readPlatforms(query: Query): Promise<{ platforms: Platform[]; totals: PlatformTotals } & Page> {
  return ask('/api/operator/platforms', undefined, { limit: 25, ...query });
}
