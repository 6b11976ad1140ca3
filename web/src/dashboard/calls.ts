/** Calls of the dashboard: the developer's cookie, and the key of the project they are about. */
import { read, request } from '../api';

/** Answers kept for conditional requests; more than the pages of one sitting need. */
const KEPT_MAX = 200;

interface Kept {
  tag: string;
  body: unknown;
}

const kept = new Map<string, Kept>();

/** What a list is asked for; what is empty is left out. */
export type Query = Record<string, string | number | undefined>;

/** A page of a list: where the next one begins, if there is one. */
export interface Page {
  nextCursor?: string | null;
  hasMore: boolean;
}

/** Reads JSON. An answer that has not changed since the last time is not sent again. */
export async function ask<T>(path: string, publishableKey?: string, query: Query = {}): Promise<T> {
  const address = withQuery(path, query);
  const name = `${publishableKey ?? ''} ${address}`;
  const known = kept.get(name);
  const answer = await request(address, {
    headers: { ...headers(publishableKey), ...(known ? { 'If-None-Match': known.tag } : {}) },
  });
  if (answer.status === 304 && known) return known.body as T;
  const body = await read<T>(answer);
  keep(name, answer.headers.get('ETag'), body);
  return body;
}

/** Changes something. A `repeatKey` makes sure that the same wish, sent again, is done once. */
export async function send<T>(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body: object,
  { publishableKey, repeatKey }: { publishableKey?: string; repeatKey?: string } = {},
): Promise<T> {
  const answer = await request(path, {
    method,
    headers: {
      ...headers(publishableKey),
      'Content-Type': 'application/json',
      ...(repeatKey ? { 'Idempotency-Key': repeatKey } : {}),
    },
    body: JSON.stringify(body),
  });
  return read<T>(answer);
}

/** A path with a query of what is not empty. */
export function withQuery(path: string, query: Query): string {
  const set = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(set.map(([name, value]) => [name, String(value)])).toString();
  return text ? `${path}?${text}` : path;
}

function headers(publishableKey: string | undefined): Record<string, string> {
  return { Accept: 'application/json', ...(publishableKey ? { 'X-Publishable-Key': publishableKey } : {}) };
}

function keep(name: string, tag: string | null, body: unknown) {
  kept.delete(name);
  if (tag === null) return;
  kept.set(name, { tag, body });
  const oldest = kept.keys().next();
  if (kept.size > KEPT_MAX && !oldest.done) kept.delete(oldest.value);
}
