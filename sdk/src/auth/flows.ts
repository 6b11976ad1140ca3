import { base64url, randomBytes } from '../random';
import { newVerifier } from './pkce';
import { pageStorage } from './storage';

/** A sign-in that was begun and has not come back. */
export interface Flow {
  /** Comes back with the code, and so names the flow. */
  readonly state: string;
  /** Proves that the code was asked for here. */
  readonly verifier: string;
}

// Tells our way back apart from that of another provider the app may use.
const STATE_PREFIX = 'dream.';
const KEY_PREFIX = 'dream_flow_';
// A mail may take its time; a code that comes back later than this is of no use anyway.
const LIFETIME_MS = 60 * 60 * 1000;

/** Begins a flow and keeps it in this browser. `now` is in milliseconds. Throws if the browser keeps nothing. */
export function beginFlow(now: number): Flow {
  const storage = flowStorage();
  if (!storage) throw new Error('DreamAPI: signing in needs a page whose browser allows it storage');
  removeOld(storage, now);
  const flow = { state: STATE_PREFIX + base64url(randomBytes(32)), verifier: newVerifier() };
  storage.setItem(KEY_PREFIX + flow.state, JSON.stringify({ verifier: flow.verifier, startedAt: now }));
  return flow;
}

/** Whether a state is one of ours. */
export function isOurState(state: string | null): state is string {
  return state?.startsWith(STATE_PREFIX) === true;
}

/** The verifier of a flow that was begun in this browser, once; null if there is none. */
export function takeVerifier(state: string, now: number): string | null {
  const storage = flowStorage();
  const kept = parsed(storage?.getItem(KEY_PREFIX + state));
  storage?.removeItem(KEY_PREFIX + state);
  return kept && now - kept.startedAt < LIFETIME_MS ? kept.verifier : null;
}

/**
 * Not that of the tab if it can be helped: the link in a mail opens another tab, and the sign-in that was
 * begun in this browser must be able to end there.
 */
function flowStorage(): Storage | null {
  return pageStorage('localStorage') ?? pageStorage('sessionStorage');
}

function removeOld(storage: Storage, now: number): void {
  const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '');
  for (const key of keys.filter((key) => key.startsWith(KEY_PREFIX))) {
    const kept = parsed(storage.getItem(key));
    if (!kept || now - kept.startedAt >= LIFETIME_MS) storage.removeItem(key);
  }
}

function parsed(text: string | null | undefined): { verifier: string; startedAt: number } | null {
  try {
    const { verifier, startedAt } = JSON.parse(text ?? '{}');
    return typeof verifier === 'string' && typeof startedAt === 'number' ? { verifier, startedAt } : null;
  } catch {
    return null;
  }
}
