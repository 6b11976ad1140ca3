import { useProject } from '../../dashboard/projects';
import { useLive } from '../../dashboard/queries';
import { readTiers, tiersOf } from './calls';

/** What a plan is called by its name on the wire; that name until the plans are known, and for one that is gone. */
export function usePlanName(): (name: string) => string {
  const { pk } = useProject();
  const { data } = useLive(tiersOf(pk), () => readTiers(pk), { once: true });
  return (name) => data?.find((tier) => tier.name === name)?.displayName ?? name;
}
