import { ConnectionException, type DreamAPIException } from './errors';

const FIRST_WAIT_MS = 400;
// A server that asks for more is obeyed by giving up at once: the caller knows better what to do meanwhile.
const LONGEST_WAIT_MS = 30_000;

/**
 * How long to wait before trying again, in milliseconds; null if trying again is of no use.
 * `tried` counts the tries so far, `random` is from 0 up to 1.
 */
export function waitBeforeRetry(error: DreamAPIException, tried: number, random: number): number | null {
  if (!mayPass(error)) return null;
  const span = FIRST_WAIT_MS * 2 ** (tried - 1);
  if (error.retryAfter === undefined) return span / 2 + (span / 2) * random;
  // Jitter only ever adds, so that nobody comes before the time that was named.
  const asked = error.retryAfter * 1000;
  return asked > LONGEST_WAIT_MS ? null : asked + span * random;
}

/** No answer, or one that says "later". */
function mayPass(error: DreamAPIException): boolean {
  return error instanceof ConnectionException || error.status === 429 || error.status === 503;
}

/** Seconds of a `Retry-After` header: a number, or a date. `now` is in milliseconds. */
export function retryAfterOf(header: string | null, now: number): number | undefined {
  const value = header?.trim();
  if (!value) return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}

/** Waits; ends early with the signal's reason if it is aborted. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
