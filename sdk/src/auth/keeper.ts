import { currentPage } from '../browser';
import { DreamAPIException, isDreamAPIException } from '../errors';
import type { Http, TokenSource } from '../http';
import { requestKey } from '../random';
import { sleep } from '../retry';
import { type AuthUser, isAlive, type Refresh, type Session, sessionFrom, sessionOf, type TokenGrant } from './session';
import type { SessionStorage } from './storage';

/** Hears who is signed in; null for nobody. */
export type AuthListener = (user: AuthUser | null) => void;

// While another tab's request with the same key runs, the server answers 409.
const IN_FLIGHT_TRIES = 5;
const IN_FLIGHT_WAIT_MS = 300;

/** Keeps one sign-in: in memory, in storage, fresh, and alike in all tabs. */
export class SessionKeeper implements TokenSource {
  readonly #http: Http;
  readonly #storage: SessionStorage;
  readonly #key: string;
  readonly #listeners = new Set<AuthListener>();
  #session: Session | null = null;
  #renewal: Promise<Session | null> | null = null;

  constructor(http: Http, storage: SessionStorage, publishableKey: string | undefined) {
    this.#http = http;
    this.#storage = storage;
    this.#key = `dream_session_${publishableKey ?? ''}`;
    http.setTokenSource(this);
  }

  /** The sign-in that holds; null if there is none. */
  session(): Session | null {
    return this.#session && isAlive(this.#session, Date.now()) ? this.#session : null;
  }

  /** Takes up what is in storage, and follows the other tabs from now on. */
  async restore(): Promise<void> {
    currentPage()?.addEventListener('storage', (event) => {
      if (event.storageArea !== this.#storage) return;
      if (event.key === this.#key) this.#hold(sessionFrom(event.newValue));
      if (event.key === null) this.#hold(null);
    });
    const stored = await this.#stored();
    if (stored && isAlive(stored, Date.now())) this.#hold(stored);
    else if (stored) await this.end();
  }

  /** Somebody signed in. */
  async begin(session: Session): Promise<void> {
    this.#hold(session);
    await this.#storage.setItem(this.#key, JSON.stringify(session));
  }

  /** Nobody is signed in any more, in no tab. */
  async end(): Promise<void> {
    this.#hold(null);
    await this.#storage.removeItem(this.#key);
  }

  /** Calls the listener when someone else, or the same one with other data, is signed in. Answers what stops that. */
  onChange(listener: AuthListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async token(): Promise<string | null> {
    const session = this.session();
    if (!session) return null;
    if (Date.now() < session.renewAt) return session.token;
    try {
      return await this.renew(session.token);
    } catch (error) {
      // Early renewal has time to fail: the token at hand still holds.
      if (Date.now() < session.endsAt) return session.token;
      throw error;
    }
  }

  /** One at a time: within this tab by the promise, between tabs by a lock where the browser has locks. */
  async renew(expired: string): Promise<string | null> {
    this.#renewal ??= this.#alone(() => this.#renewed(expired)).finally(() => {
      this.#renewal = null;
    });
    return (await this.#renewal)?.token ?? null;
  }

  async revoked(token: string): Promise<void> {
    if ((await this.#stored())?.token === token || this.#session?.token === token) await this.end();
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const locks = currentPage()?.navigator.locks;
    return locks ? locks.request(this.#key, work) : work();
  }

  async #renewed(expired: string): Promise<Session | null> {
    const stored = await this.#stored();
    // Another tab was first: it signed out, or has a fresh token already.
    if (!stored || (stored.token !== expired && Date.now() < stored.renewAt)) return this.#hold(stored);
    if (!stored.refresh) return await this.#ended();
    const grant = await this.#exchanged(stored.refresh);
    // Somebody signed out or in while the answer was on its way: that is newer.
    const meanwhile = await this.#stored();
    if (meanwhile?.refresh?.token !== stored.refresh.token) return this.#hold(meanwhile);
    if (!grant) return await this.#ended();
    const next = sessionOf(grant, Date.now());
    await this.begin(next);
    return next;
  }

  /** What the refresh token gets; null if the server does not take it any more. */
  async #exchanged(refresh: Refresh): Promise<TokenGrant | null> {
    // The token works once, and its one use has one key: whoever repeats it, after a lost answer or in a tab that
    // has not seen the new one yet, gets the same answer instead of being taken for a thief. The key is random and
    // stays in storage: one that follows from the token would repeat the answer to a thief who has only the token.
    const refreshToken = refresh.token;
    const idempotencyKey = refresh.key ?? requestKey();
    for (let tried = 1; ; tried += 1) {
      try {
        return await this.#http.send<TokenGrant>('POST', '/auth/refresh', { body: { refreshToken }, idempotencyKey });
      } catch (error) {
        if (!(error instanceof DreamAPIException)) throw error;
        if (error.status === 401) return null;
        if (!isDreamAPIException(error, 'idempotency_in_flight') || tried >= IN_FLIGHT_TRIES) throw error;
        await sleep(IN_FLIGHT_WAIT_MS);
      }
    }
  }

  async #ended(): Promise<null> {
    await this.end();
    return null;
  }

  async #stored(): Promise<Session | null> {
    return sessionFrom(await this.#storage.getItem(this.#key));
  }

  #hold(session: Session | null): Session | null {
    const before = this.#session?.user ?? null;
    const isSame = JSON.stringify(before) === JSON.stringify(session?.user ?? null);
    // The same object as long as nothing changed, for those who compare.
    this.#session = session && isSame && before ? { ...session, user: before } : session;
    if (!isSame) for (const listener of [...this.#listeners]) listener(session?.user ?? null);
    return this.#session;
  }
}
