import { ask } from '../../dashboard/calls';
import type { Amounts } from '../overview/calls';

/** All live projects together. Amounts in minor units. */
export interface Totals {
  totals: {
    mrr: number;
    activeSubs: number;
    cancelingSubs: number;
    totalProducts: number;
    liveProjects: number;
  };
  totalRevenue: number;
  totalCustomers: number;
  mrrByCurrency: Amounts;
  revenueByCurrency: Amounts;
  currency: string;
  projects: ProjectTotals[];
}

/** One live project among them. */
export interface ProjectTotals {
  publishableKey: string;
  name: string;
  mrr: number;
  currency: string;
  activeSubs: number;
  customers: number;
}

export function readTotals(pk: string): Promise<Totals> {
  return ask('/api/dashboard/totals', pk);
}
