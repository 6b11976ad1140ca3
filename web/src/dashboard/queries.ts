import {
  keepPreviousData,
  QueryClient,
  type QueryKey,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';

import type { Problem } from '../api';
import { asProblem } from '../forms/useForm';
import { useAheadMs } from '../now';
import { useSay } from './parts/Said';
import { isPassing } from './passing';
import { useRepeatKey } from './useRepeatKey';

/** How often an open page asks again. */
export const EVERY_MS = 5_000;
/** How often while nothing answers. */
const EVERY_IN_TROUBLE_MS = 15_000;
const TRIES = 2;

/** The answers of the dashboard, kept while it is open. */
export function newQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: (count, thrown) => count < TRIES && isPassing(asProblem(thrown)),
        retryDelay: 1_000,
        refetchOnWindowFocus: true,
        networkMode: 'always',
        placeholderData: keepPreviousData,
      },
      mutations: { networkMode: 'always' },
    },
  });
}

/** Something a page shows and keeps up to date while it is seen. */
export type Live<T> = UseQueryResult<T, Problem>;

/** Reads something and reads it again every few seconds while the page is seen. `once` reads it only when needed. */
export function useLive<T>(
  key: QueryKey,
  load: () => Promise<T>,
  { once = false, enabled = true }: { once?: boolean; enabled?: boolean } = {},
): Live<T> {
  // What is shown counts its times from business time.
  useAheadMs();
  return useQuery<T, Problem>({
    queryKey: key,
    queryFn: () => load().catch((thrown: unknown) => Promise.reject(asProblem(thrown))),
    enabled,
    staleTime: once ? 60_000 : EVERY_MS,
    refetchInterval: (query) => (once ? false : query.state.error ? EVERY_IN_TROUBLE_MS : EVERY_MS),
  });
}

interface Wish<V, R> {
  run: (wish: V, repeatKey: string) => Promise<R>;
  /** What is no longer true afterwards: beginnings of query keys. */
  changes: QueryKey[];
  /** What is said when it is done. */
  said?: string | ((result: R) => string);
  /** What follows, before anything is read anew. */
  after?: (result: R) => void | Promise<void>;
}

/** Something a page does. Sent again after no answer or a fault of ours, it is the same wish and is done once. */
export function useAct<V, R>({ run, changes, said, after }: Wish<V, R>) {
  const queries = useQueryClient();
  const say = useSay();
  const once = useRepeatKey();
  return useMutation<R, Problem, V>({
    mutationFn: (wish) =>
      once(wish, (repeatKey) => run(wish, repeatKey)).catch((thrown: unknown) => Promise.reject(asProblem(thrown))),
    onSuccess: async (result) => {
      if (said) say(typeof said === 'string' ? said : said(result));
      await after?.(result);
      await Promise.all(changes.map((queryKey) => queries.invalidateQueries({ queryKey })));
    },
  });
}
