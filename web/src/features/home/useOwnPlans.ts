import { useEffect, useState } from 'react';

import { usePageContext } from '../../parts/page-context';
import { type OwnPlan, readOwnPlans } from './calls';

/** The plans of this server: null until they are read, none where they cannot be. */
export function useOwnPlans(): OwnPlan[] | null {
  const { publishableKey } = usePageContext();
  const [plans, setPlans] = useState<OwnPlan[] | null>(null);
  useEffect(() => {
    if (!publishableKey) return;
    readOwnPlans(publishableKey).then(setPlans, () => setPlans([]));
  }, [publishableKey]);
  return plans;
}
