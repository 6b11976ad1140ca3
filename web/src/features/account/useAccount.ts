import { useCallback, useEffect, useState } from 'react';

import type { Problem } from '../../api';
import { asProblem } from '../../forms/useForm';
import { usePageContext } from '../../parts/page-context';
import { type Account, readAccount } from './calls';

interface Loaded {
  account: Account | null;
  problem: Problem | null;
  load: () => Promise<void>;
}

/** The account of whom is signed in; `onSignedOut` when it is nobody any more. */
export function useAccount(onSignedOut: () => void): Loaded {
  const context = usePageContext();
  const [account, setAccount] = useState<Account | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: onSignedOut is made anew on every render
  const load = useCallback(async () => {
    setProblem(null);
    try {
      setAccount(await readAccount(context));
    } catch (thrown) {
      const caught = asProblem(thrown);
      if (caught.code === 'signed_out') onSignedOut();
      else setProblem(caught);
    }
  }, [context]);

  useEffect(() => {
    void load();
  }, [load]);

  return { account, problem, load };
}
