/** Calls of the pages: same origin, JSON, the page's own cookie. */
import { setAhead } from './now';

const TIMEOUT_MS = 30_000;

/** A field that is wrong, as the server names it. */
export interface FieldError {
  location: string;
  message: string;
  fix: string;
}

/** A call that did not work. `status` is 0 when no answer came. */
export class Problem extends Error {
  override name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly fields: readonly FieldError[];
  readonly requestId: string | null;
  readonly retryAfterSeconds: number | null;

  constructor(told: {
    status: number;
    code: string;
    message: string;
    fields?: readonly FieldError[];
    requestId?: string | null;
    retryAfterSeconds?: number | null;
  }) {
    super(told.message);
    this.status = told.status;
    this.code = told.code;
    this.fields = told.fields ?? [];
    this.requestId = told.requestId ?? null;
    this.retryAfterSeconds = told.retryAfterSeconds ?? null;
  }
}

/** Sends a JSON body and answers the JSON that comes back; throws a `Problem`. */
export function post<T>(path: string, body: Record<string, unknown>): Promise<T> {
  return call(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify(body),
  });
}

/** Reads JSON; throws a `Problem`. */
export function get<T>(path: string): Promise<T> {
  return call(path, { headers: { Accept: 'application/json' } });
}

async function call<T>(path: string, init: RequestInit): Promise<T> {
  return read(await request(path, init));
}

/** Asks with the page's cookie; throws a `Problem` where no answer comes. */
export async function request(path: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(path, {
    ...init,
    credentials: 'same-origin',
    cache: 'no-store',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: unknown) => {
    const late = error instanceof DOMException && error.name === 'TimeoutError';
    throw new Problem({ status: 0, code: late ? 'timeout' : 'offline', message: 'No answer came.' });
  });
  // Where business time was moved, every answer says so.
  setAhead(Number(answer.headers.get('X-Business-Time-Ahead') ?? 0));
  return answer;
}

/** The JSON of an answer; throws a `Problem` for any but a good one. */
export async function read<T>(answer: Response): Promise<T> {
  const body: unknown = await answer.json().catch(() => null);
  if (!answer.ok) throw problem(answer, body);
  if (!isObject(body)) throw problem(answer, null);
  return body as T;
}

function problem(answer: Response, body: unknown): Problem {
  const told = isObject(body) ? body : {};
  const text = (name: string) => (typeof told[name] === 'string' ? told[name] : null);
  const seconds = Number.parseInt(answer.headers.get('Retry-After') ?? '', 10);
  return new Problem({
    status: answer.ok ? 502 : answer.status,
    code: text('code') ?? 'unreadable',
    message: text('message') ?? 'The answer could not be read.',
    fields: Array.isArray(told['errors']) ? told['errors'].filter(isFieldError) : [],
    requestId: text('requestId') ?? answer.headers.get('X-Request-Id'),
    retryAfterSeconds: Number.isNaN(seconds) ? null : seconds,
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFieldError(value: unknown): value is FieldError {
  return isObject(value) && ['location', 'message', 'fix'].every((name) => typeof value[name] === 'string');
}
