import { type Query, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useLayoutEffect, useState } from 'react';

import { Bones, Loading } from './States';
import styles from './Together.module.css';

/** What is late for longer than this comes by itself. */
const LATEST_MS = 3_000;

interface TogetherProps {
  /** What stands there until then. */
  waiting?: ReactNode;
  children: ReactNode;
}

/** Keeps the parts of a page back until each has what it shows, so that none pushes another away. */
export function Together({ waiting, children }: TogetherProps) {
  const isThere = useAllThere();
  return (
    <>
      {!isThere && <Loading>{waiting ?? <Bones rows={1} height={320} />}</Loading>}
      <div className={styles.parts} data-early={!isThere || undefined}>
        {children}
      </div>
    </>
  );
}

/** False from before the first paint while something below is read for the first time. */
function useAllThere(): boolean {
  const cache = useQueryClient().getQueryCache();
  const [isThere, setThere] = useState(true);
  useLayoutEffect(() => {
    if (cache.getAll().some(isAwaited)) setThere(false);
  }, [cache]);
  useEffect(() => {
    if (isThere) return;
    let isLeft = false;
    // The cache tells of a query while the part that asks for it is being drawn, when nothing may be set.
    const look = () =>
      queueMicrotask(() => {
        if (!isLeft && !cache.getAll().some(isAwaited)) setThere(true);
      });
    const stop = cache.subscribe(look);
    const late = window.setTimeout(() => setThere(true), LATEST_MS);
    look();
    return () => {
      isLeft = true;
      stop();
      window.clearTimeout(late);
    };
  }, [cache, isThere]);
  return isThere;
}

/** Whether a page has asked for it, or is about to, and nothing was answered yet. */
function isAwaited(query: Query): boolean {
  const { status, fetchStatus } = query.state;
  if (status !== 'pending') return false;
  return fetchStatus === 'fetching' || query.getObserversCount() === 0;
}
