import { ask, type Page, type Query, send } from '../../dashboard/calls';

/** Something the payment provider told us. */
export interface Event {
  id: string;
  /** The id that the payment provider gave it. */
  providerEventId?: string;
  type: string;
  /** Milliseconds since 1970. */
  createdAt: number;
  receivedAt: number;
  status: string;
  attempts: number;
  lastError?: string | null;
  objectId?: string | null;
  payload?: unknown;
}

export const eventsOf = (pk: string) => ['events', pk];

export function readEvents(pk: string, query: Query): Promise<{ events: Event[] } & Page> {
  return ask('/api/events', pk, { limit: 25, ...query });
}

export async function readEvent(pk: string, id: string): Promise<Event> {
  return (await ask<{ event: Event }>(`/api/events/${encodeURIComponent(id)}`, pk)).event;
}

/** Works it once more, from the beginning. */
export function replayEvent(pk: string, id: string): Promise<{ event: Event }> {
  return send('POST', `/api/events/${encodeURIComponent(id)}/replay`, {}, { publishableKey: pk });
}
