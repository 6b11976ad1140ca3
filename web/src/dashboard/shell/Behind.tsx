import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';

import { asProblem } from '../../forms/useForm';
import { machineNow } from '../../now';
import { whenWords } from '../../times';
import { signInHere } from '../parts/States';
import { isPassing } from '../passing';
import styles from './Behind.module.css';

/** Says when what is shown is no longer fresh: signed out elsewhere, offline, or the server does not answer. */
export function Behind() {
  const isSignedOut = useIsSignedOut();
  const since = useBehindSince();
  const isOnline = useSyncExternalStore(listenToNetwork, () => navigator.onLine);
  const now = useNow(since !== null);
  if (isSignedOut) {
    return (
      <div className={styles.bar} role="status">
        You are signed out. What you see is no longer kept up to date. <a href={signInHere()}>Sign in again</a>
      </div>
    );
  }
  if (since === null && isOnline) return null;
  return (
    <div className={styles.bar} role="status">
      {isOnline ? 'The server does not answer at the moment.' : 'You are offline.'}{' '}
      {since ? `What you see is from ${whenWords(since, now)}.` : 'What you see may be out of date.'} It goes on by
      itself.
    </div>
  );
}

/** The time of the oldest answer on this page whose refresh failed; null while all is well. */
function useBehindSince(): number | null {
  const cache = useQueryClient().getQueryCache();
  const oldest = () => {
    const times = cache
      .findAll({ type: 'active' })
      .filter(({ state }) => state.data !== undefined && state.error && isPassing(asProblem(state.error)))
      .map(({ state }) => state.dataUpdatedAt);
    return times.length > 0 ? Math.min(...times) : null;
  };
  return useSyncExternalStore((changed) => cache.subscribe(changed), oldest);
}

/** Whether a page that is shown was refused for want of a session. */
function useIsSignedOut(): boolean {
  const cache = useQueryClient().getQueryCache();
  const isRefused = () =>
    cache
      .findAll({ type: 'active' })
      .some(({ state }) => state.data !== undefined && state.error && asProblem(state.error).status === 401);
  return useSyncExternalStore((changed) => cache.subscribe(changed), isRefused);
}

function useNow(isRunning: boolean): number {
  const [now, setNow] = useState(machineNow);
  useEffect(() => {
    if (!isRunning) return;
    setNow(machineNow());
    const timer = window.setInterval(() => setNow(machineNow()), 10_000);
    return () => window.clearInterval(timer);
  }, [isRunning]);
  return now;
}

function listenToNetwork(changed: () => void) {
  window.addEventListener('online', changed);
  window.addEventListener('offline', changed);
  return () => {
    window.removeEventListener('online', changed);
    window.removeEventListener('offline', changed);
  };
}
