import { useEffect, useReducer } from 'react';

import { businessNow, useAheadMs } from '../../now';
import { momentWords, spanWords } from '../../times';

const EVERY_MS = 10_000;

/** Says in development that business time was moved ahead of the machine's, and to when. */
export function BusinessTime() {
  const aheadMs = useAheadMs();
  const isAhead = aheadMs > 0;
  const [, tick] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    if (!isAhead) return;
    const timer = window.setInterval(tick, EVERY_MS);
    return () => window.clearInterval(timer);
  }, [isAhead]);
  if (!isAhead) return null;
  return (
    <span>
      Business time is {spanWords(aheadMs)} ahead: {momentWords(businessNow())}
    </span>
  );
}
