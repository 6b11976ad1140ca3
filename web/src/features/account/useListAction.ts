import { useState } from 'react';

import { tell } from '../../forms/problem-words';
import { asProblem } from '../../forms/useForm';

/** What came of something done to one item of a list. */
interface Result {
  kind: 'success' | 'danger';
  text: string;
}

/** Things that are done to items of a list, one at a time: which one runs, and what came of the last. */
export function useListAction() {
  const [busy, setBusy] = useState<string | null>(null);
  const [result, setResult] = useState<Result | null>(null);

  /** Does it, and then what follows from it; what that answers is said. */
  async function run(name: string, call: () => Promise<unknown>, then: () => Promise<string | null>) {
    setBusy(name);
    setResult(null);
    try {
      await call();
      const said = await then();
      if (said) setResult({ kind: 'success', text: said });
    } catch (thrown) {
      setResult({ kind: 'danger', text: tell(asProblem(thrown)).text });
    }
    setBusy(null);
  }

  return { busy, result, run };
}
