import { momentWords, shortDay, whenWords } from '../../times';

const DAY_MS = 86_400_000;
/** From here on `whenWords` names the day, which stands beside it already. */
const FAR_DAYS = 31;

/** When a count begins anew: "Resets in 9 days, 1 Dec 2026, 00:00 UTC". Without a moment it never does. */
export function resetWords(resetsAt: string | undefined, now: number): string {
  const at = Date.parse(resetsAt ?? '');
  return Number.isNaN(at) ? 'Never resets' : `Resets ${awayWords(at, now)}, ${momentWords(at)}`;
}

/** First and last day of a period: "1 to 31 Oct", "16 Oct to 15 Nov". */
export function periodWords(first: string, last: string): string {
  if (first === last) return shortDay(first);
  const from = first.slice(0, 7) === last.slice(0, 7) ? String(Number(first.slice(8))) : shortDay(first);
  return `${from} to ${shortDay(last)}`;
}

function awayWords(at: number, now: number): string {
  const days = Math.floor((at - now) / DAY_MS);
  return days >= FAR_DAYS ? `in ${days} days` : whenWords(at, now);
}
