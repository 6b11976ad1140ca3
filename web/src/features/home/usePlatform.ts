import { useCallback, useEffect, useState } from 'react';

import { get, type Problem, post } from '../../api';
import { asProblem } from '../../forms/useForm';

type State = { is: 'loading' } | { is: 'none' } | { is: 'there'; id: string } | { is: 'failed'; problem: Problem };

interface PlatformAnswer {
  platformId: string;
}

/** The developer's platform id: read, or made. */
export function usePlatform() {
  const [state, setState] = useState<State>({ is: 'loading' });

  const ask = useCallback(async (call: () => Promise<PlatformAnswer>) => {
    setState({ is: 'loading' });
    try {
      setState({ is: 'there', id: (await call()).platformId });
    } catch (thrown) {
      const problem = asProblem(thrown);
      setState(problem.code === 'platform_not_found' ? { is: 'none' } : { is: 'failed', problem });
    }
  }, []);

  const load = useCallback(() => ask(() => get('/get-platform-id')), [ask]);
  const create = () => ask(() => post('/generate-platform-id', {}));

  useEffect(() => {
    void load();
  }, [load]);

  return { state, create, load };
}
