import { counted } from '../../money';
import type { Gone } from './calls';

/** What a reset takes away, one kind after the other; what there is none of is left out. */
export function goneWords({ customers, subscriptions, orders, events }: Gone): string[] {
  const all: [number, string][] = [
    [customers, 'customer'],
    [subscriptions, 'subscription'],
    [orders, 'order'],
    [events, 'event'],
  ];
  return all.filter(([number]) => number > 0).map(([number, noun]) => counted(number, noun));
}
