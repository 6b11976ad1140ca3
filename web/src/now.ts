/** What time it is, by two clocks. In development business time can be moved ahead of the machine's. */
import { useSyncExternalStore } from 'react';

let aheadMs = 0;
const followers = new Set<() => void>();

/** Business time in milliseconds since 1970: orders, periods, customers, what the payment provider tells. */
export function businessNow(): number {
  return Date.now() + aheadMs;
}

/** The machine's time in milliseconds since 1970: sessions, the end of keys, when events arrived. */
export function machineNow(): number {
  return Date.now();
}

/** Takes over how far business time is ahead, as the server tells it. */
export function setAhead(seconds: number) {
  const next = Number.isFinite(seconds) ? seconds * 1000 : 0;
  if (next === aheadMs) return;
  aheadMs = next;
  for (const changed of followers) changed();
}

/** How far business time is ahead, in milliseconds; follows. */
export function useAheadMs(): number {
  return useSyncExternalStore(follow, () => aheadMs);
}

function follow(changed: () => void) {
  followers.add(changed);
  return () => {
    followers.delete(changed);
  };
}
