import {
  AuthenticationException,
  ConnectionException,
  DreamAPIException,
  exceptionOf,
  TimeoutException,
} from './errors';
import { requestKey } from './random';
import { retryAfterOf, sleep, waitBeforeRetry } from './retry';
import type { Settings } from './settings';

/** The methods of the API. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What any call can be given besides its parameters. */
export interface CallOptions {
  /** The token of the user this call is for, instead of the one that is set or signed in. */
  userToken?: string | undefined;
  /** With a secret key: your own id of the user this call is for, instead of a token. */
  userId?: string | undefined;
  /** With `userId`: the plan of a user whom only you know. */
  userPlan?: string | undefined;
  /** Names this request, so that it is done once however often it is sent. Made for every POST; null for none. */
  idempotencyKey?: string | null | undefined;
  /** How long one try may take, in milliseconds. */
  timeoutMs?: number | undefined;
  /** How often to try, 1 to 3. */
  maxTries?: number | undefined;
  /** Ends the call; it then throws the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** A call of the API. */
export interface Call extends CallOptions {
  /** Sent as JSON. */
  body?: unknown;
  /** Sent in the address; what is undefined is left out. */
  query?: Record<string, string | number | undefined>;
  /** `required` is refused here without a user; `optional` sends the token if there is one; `none` never. */
  user?: 'required' | 'optional' | 'none';
}

/** Knows the token of who is signed in. */
export interface TokenSource {
  /** A token that still holds for a while; null if nobody is signed in. */
  token(): Promise<string | null>;
  /** Another token than this one, which the server calls expired. */
  renew(expired: string): Promise<string | null>;
  /** The server calls this token revoked. */
  revoked(token: string): Promise<void>;
}

/** Sends calls: keys and tokens, time-outs, retries, errors. */
export class Http {
  readonly #settings: Settings;
  #userToken: string | null = null;
  #source: TokenSource | null = null;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** The token to send from now on; null to send that of who is signed in. */
  setUserToken(token: string | null): void {
    this.#userToken = token;
  }

  /** Where tokens come from when none was set. */
  setTokenSource(source: TokenSource): void {
    this.#source = source;
  }

  /** Sends a call and answers the body. Throws `DreamAPIException`. */
  async send<T>(method: Method, path: string, call: Call = {}): Promise<T> {
    const request = this.#prepare(method, path, call);
    const token = this.#givenToken(call);
    return (await (token === undefined ? this.#signedIn(request, call) : this.#tries(request, token, call))) as T;
  }

  /** The token to send; null for none, undefined for that of who is signed in. */
  #givenToken({ user, userToken, userId }: Call): string | null | undefined {
    if ((user ?? 'none') === 'none') return null;
    if (userToken !== undefined) return userToken;
    return userId === undefined ? (this.#userToken ?? undefined) : null;
  }

  /** With the token of who is signed in, renewed once if the server calls it expired. */
  async #signedIn(request: Prepared, call: Call): Promise<unknown> {
    const token = await this.#currentToken(call);
    if (token === null && call.user === 'required') throw userMissing();
    try {
      return await this.#tries(request, token, call);
    } catch (error) {
      if (!token || !this.#source || !(error instanceof AuthenticationException)) throw error;
      if (error.errorCode === 'token_revoked') await this.#source.revoked(token);
      if (error.errorCode !== 'token_expired') throw error;
      const fresh = await this.#source.renew(token);
      if (!fresh || fresh === token) throw error;
      return await this.#tries(request, fresh, call);
    }
  }

  async #currentToken({ user }: Call): Promise<string | null> {
    try {
      return (await this.#source?.token()) ?? null;
    } catch (error) {
      if (user === 'required') throw error;
      return null;
    }
  }

  #prepare(method: Method, path: string, call: Call): Prepared {
    const query = Object.entries(call.query ?? {}).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    );
    const search = query.length > 0 ? `?${new URLSearchParams(query)}` : '';
    const key = method === 'POST' && call.idempotencyKey !== null ? (call.idempotencyKey ?? requestKey()) : undefined;
    return {
      method,
      url: `${this.#settings.baseUrl}${path}${search}`,
      headers: { ...this.#credentials(call), ...(key === undefined ? {} : { 'Idempotency-Key': key }) },
      body: call.body === undefined || call.body === null ? undefined : JSON.stringify(call.body),
      // Anything else may have been done although no answer came.
      isSafe: method === 'GET' || key !== undefined,
    };
  }

  #credentials({ userId, userPlan }: Call): Record<string, string> {
    const { secretKey, publishableKey } = this.#settings;
    return {
      ...(secretKey ? { Authorization: `Bearer ${secretKey}` } : {}),
      ...(publishableKey ? { 'X-Publishable-Key': publishableKey } : {}),
      ...(userId === undefined ? {} : { 'X-User-Id': userId }),
      ...(userPlan === undefined ? {} : { 'X-User-Plan': userPlan }),
    };
  }

  async #tries(request: Prepared, token: string | null, call: Call): Promise<unknown> {
    const most = request.isSafe ? Math.min(call.maxTries ?? this.#settings.maxTries, 3) : 1;
    for (let tried = 1; ; tried += 1) {
      try {
        return await this.#once(request, token, call);
      } catch (error) {
        if (!(error instanceof DreamAPIException) || tried >= most) throw error;
        const wait = waitBeforeRetry(error, tried, Math.random());
        if (wait === null) throw error;
        await sleep(wait, call.signal);
      }
    }
  }

  async #once(request: Prepared, token: string | null, call: Call): Promise<unknown> {
    const { signal } = call;
    signal?.throwIfAborted();
    const timeoutMs = call.timeoutMs ?? this.#settings.timeoutMs;
    const stop = new AbortController();
    const pass = () => stop.abort(signal?.reason);
    signal?.addEventListener('abort', pass, { once: true });
    let isLate = false;
    const late = () => {
      isLate = true;
      stop.abort();
    };
    const timer = timeoutMs > 0 ? setTimeout(late, timeoutMs) : undefined;
    try {
      const response = await this.#settings.fetch(request.url, initOf(request, token, stop.signal));
      return read(response, await response.text());
    } catch (error) {
      if (error instanceof DreamAPIException) throw error;
      if (signal?.aborted) throw signal.reason;
      throw isLate ? new TimeoutException(timeoutMs, error) : new ConnectionException(error);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', pass);
    }
  }
}

/** A call as it is sent, each time alike. */
interface Prepared {
  readonly method: Method;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
  readonly isSafe: boolean;
}

function initOf({ method, headers, body }: Prepared, token: string | null, signal: AbortSignal): RequestInit {
  return {
    method,
    headers: {
      Accept: 'application/json',
      ...headers,
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(token === null ? {} : { 'X-Clerk-Token': token }),
    },
    ...(body === undefined ? {} : { body }),
    signal,
    // Keys and tokens go to the address that was set and to no other.
    redirect: 'manual',
    // Some server frameworks keep what fetch answered. Older workers refuse the option.
    ...(hasCacheOption() ? { cache: 'no-store' as const } : {}),
  };
}

function hasCacheOption(): boolean {
  return typeof Request === 'function' && 'cache' in Request.prototype;
}

/** The body of an answer, or the exception it means. */
function read(response: Response, text: string): unknown {
  const body = parsed(text);
  if (response.ok && body !== undefined) return body;
  const retryAfter = retryAfterOf(response.headers.get('Retry-After'), Date.now());
  throw exceptionOf(body, response.status, { retryAfter });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function userMissing(): AuthenticationException {
  return new AuthenticationException(
    {
      // The words of the first client.
      error: 'auth_required',
      message: 'User token required. Sign in with auth.signIn(), or call setUserToken() first.',
      code: 'user_token_required',
    },
    401,
  );
}
