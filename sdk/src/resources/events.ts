import type { CallOptions, Http } from '../http';
import { everything, type Page, type PageParams } from '../paging';

/** What became of an event: it waits to be worked, was worked, did not concern you, or was given up. */
export type EventStatus = 'waiting' | 'done' | 'ignored' | 'dead';

/** Something the payment provider told of your project. Times are milliseconds since the epoch. */
export interface PaymentEvent {
  /** `evt_…`, ours. */
  id: string;
  /** In the payment provider's word, such as `customer.subscription.updated`. */
  type: string;
  /** The payment provider's id of it. */
  providerEventId: string;
  /** What it happened to. */
  objectId: string;
  status: EventStatus;
  /** How often it was tried. */
  attempts: number;
  /** Why it failed the last time, or was ignored. */
  lastError?: string;
  createdAt: number;
  receivedAt: number;
  doneAt?: number;
  /** As it was sent. */
  payload: unknown;
}

/** Which events to list. */
export interface ListEventsParams extends PageParams {
  type?: string;
  status?: EventStatus;
  /** Only those of what belongs to this customer: our id, or your external id. */
  customer?: string;
  /**
   * A whole id of an event, ours or the payment provider's, or of what it happened to; or how a type begins, for which
   * all events may be looked at.
   */
  search?: string;
  /** By when they arrived; `newest` if left out. */
  sort?: EventSort;
}

/** In which order events are listed. */
export type EventSort = 'newest' | 'oldest';

/** A page of events. */
export interface EventPage extends Page {
  events: PaymentEvent[];
}

/** What the payment provider told of your project; needs a secret key. Reached as `api.events`. */
export class EventsAPI {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** One page of events, newest first unless `sort` says otherwise. */
  list(params: ListEventsParams = {}, options?: CallOptions): Promise<EventPage> {
    return this.#http.send('GET', '/api/events', { ...options, query: { ...params } });
  }

  /**
   * All events, page by page.
   *
   * @example
   * ```ts
   * for await (const event of api.events.all({ status: 'dead' })) await api.events.replay(event.id);
   * ```
   */
  all(params: Omit<ListEventsParams, 'cursor'> = {}, options?: CallOptions): AsyncGenerator<PaymentEvent> {
    const load = (cursor?: string) => this.list({ ...params, ...(cursor === undefined ? {} : { cursor }) }, options);
    return everything(load, ({ events }) => events);
  }

  /** Reads an event. */
  get(eventId: string, options?: CallOptions): Promise<{ event: PaymentEvent }> {
    return this.#http.send('GET', pathOf(eventId), options);
  }

  /** Works an event again and answers what came of it. Doing it twice changes nothing twice. */
  replay(eventId: string, options?: CallOptions): Promise<{ event: PaymentEvent }> {
    return this.#http.send('POST', `${pathOf(eventId)}/replay`, options);
  }
}

function pathOf(eventId: string): string {
  return `/api/events/${encodeURIComponent(eventId)}`;
}
