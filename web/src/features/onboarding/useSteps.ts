import { useState } from 'react';

import { useProject } from '../../dashboard/projects';
import { useLive } from '../../dashboard/queries';
import { customersOf, findCustomers } from '../customers/calls';
import { readDashboard } from '../overview/calls';
import { paymentAccountOf, readPaymentAccount } from '../settings/calls';

export type StepName = 'project' | 'payments' | 'keys' | 'call' | 'customer' | 'live';

export interface Step {
  name: StepName;
  isDone: boolean;
  /** Done by the developer's word, not by what was seen. */
  isSkipped: boolean;
}

/** How far the project is, from what the server has seen. */
export function useSteps(): { steps: Step[]; isSandbox: boolean; skip: (name: StepName) => void } {
  const { pk, project, family } = useProject();
  const account = useLive(paymentAccountOf(project.mode), () => readPaymentAccount(project.mode));
  const dashboard = useLive(['dashboard', pk], () => readDashboard(pk));
  const customers = useLive([...customersOf(pk), 'first'], () => findCustomers(pk, { limit: 1 }));
  const [skipped, setSkipped] = useState(() => readSkipped(pk));

  const isUsed = project.keys.some(({ lastUsedAt }) => lastUsedAt);
  const seen: Record<StepName, boolean> = {
    project: true,
    payments: account.data?.connected === true,
    keys: isUsed,
    call: isUsed || (dashboard.data?.metrics.usageThisPeriod ?? 0) > 0,
    customer: (customers.data?.customers.length ?? 0) > 0,
    live: family.live !== undefined,
  };
  const names = Object.keys(seen) as StepName[];
  return {
    steps: names.map((name) => ({ name, isDone: seen[name], isSkipped: !seen[name] && skipped.includes(name) })),
    isSandbox: account.data?.sandbox === true,
    skip: (name) => {
      const all = [...skipped, name];
      window.localStorage.setItem(nameOf(pk), all.join(' '));
      setSkipped(all);
    },
  };
}

function readSkipped(pk: string): string[] {
  return window.localStorage.getItem(nameOf(pk))?.split(' ') ?? [];
}

function nameOf(pk: string): string {
  return `dream.skipped.${pk}`;
}
