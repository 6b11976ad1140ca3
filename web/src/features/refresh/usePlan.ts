import { useEffect, useState } from 'react';

import { session } from '../../auth';
import { usePageContext } from '../../parts/page-context';

/** How long a page waits for a plan. */
export const WAIT_SECONDS = 60;
const EVERY_MS = 1000;

type State = { is: 'waiting'; isUnreachable: boolean } | { is: 'active' } | { is: 'late' };

/** Asks every second whether the person is on the plan, up to `WAIT_SECONDS`; `again` starts anew. */
export function usePlan(plan: string): { state: State; again: () => void } {
  const context = usePageContext();
  const [round, setRound] = useState(0);
  const [state, setState] = useState<State>({ is: 'waiting', isUnreachable: false });

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round asks again
  useEffect(() => {
    let timer = 0;
    let isOver = false;
    const end = performance.now() + WAIT_SECONDS * 1000;
    async function ask() {
      const answer = await session(context).catch(() => null);
      if (isOver) return;
      if (answer?.user?.plan === plan) return setState({ is: 'active' });
      if (performance.now() >= end) return setState({ is: 'late' });
      setState({ is: 'waiting', isUnreachable: answer === null });
      timer = window.setTimeout(() => void ask(), EVERY_MS);
    }
    void ask();
    return () => {
      isOver = true;
      window.clearTimeout(timer);
    };
  }, [context, plan, round]);

  return {
    state,
    again: () => {
      setState({ is: 'waiting', isUnreachable: false });
      setRound((before) => before + 1);
    },
  };
}
