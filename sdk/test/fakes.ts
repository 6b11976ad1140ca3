// A server, a browser and its tabs, as small as the tests need them.

import { vi } from 'vitest';
import type { AuthUser, TokenGrant } from '../src/auth/session';
import { DreamAPI } from '../src/index';
import type { DreamAPIConfig } from '../src/settings';

export const PK = 'pk_test_abc';

/** A request as the fake server saw it. */
export interface Seen {
  method: string;
  url: URL;
  headers: Headers;
  body: unknown;
  at: number;
}

/** What to answer: a status with a JSON body and headers, or something that fetch throws. */
export type Answer = { status: number; body?: unknown; headers?: Record<string, string> } | Error;

export type Handler = (seen: Seen) => Answer | Promise<Answer>;

/** A `fetch` that asks the handler, or gives the listed answers in turn, the last one forever. */
export function fakeServer(answers: Handler | Answer[]) {
  const seen: Seen[] = [];
  const handler = typeof answers === 'function' ? answers : inTurn(answers, seen);
  const fetch = async (input: RequestInfo | URL, init: RequestInit = {}) => {
    const { signal } = init;
    signal?.throwIfAborted();
    const request: Seen = {
      method: init.method ?? 'GET',
      url: new URL(String(input)),
      headers: new Headers(init.headers),
      body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined,
      at: Date.now(),
    };
    seen.push(request);
    const aborted = new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    const answer = await Promise.race([handler(request), aborted]);
    if (answer instanceof Error) throw answer;
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {});
    return new Response(text, { status: answer.status, headers: answer.headers ?? {} });
  };
  return { fetch: fetch as typeof globalThis.fetch, seen };
}

function inTurn(answers: Answer[], seen: Seen[]): Handler {
  return () => answers[Math.min(seen.length, answers.length) - 1] ?? { status: 200 };
}

/** A client of a fake server. */
export function clientOf(answers: Handler | Answer[], config: DreamAPIConfig = { publishableKey: PK }) {
  const { fetch, seen } = fakeServer(answers);
  return { api: new DreamAPI({ baseUrl: 'http://server.test', fetch, ...config }), seen };
}

/** What a client knows after `init()`. */
export async function loaded({ auth }: DreamAPI) {
  await auth.init();
  return { user: auth.getUser(), error: auth.getError() };
}

/** Lets time pass until the work has ended, with the timers faked and cryptography real. */
export async function settled<T>(work: Promise<T>): Promise<T> {
  let isRunning = true;
  const end = () => {
    isRunning = false;
  };
  work.then(end, end);
  while (isRunning) {
    await vi.runAllTimersAsync();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return work;
}

/** The body of an error, as the server makes it. */
export function problem(
  status: number,
  code: string,
  more: Record<string, unknown> = {},
): { status: number; body: unknown } {
  return { status, body: { error: 'Words', message: `It is ${code}`, code, requestId: 'req_1', status, ...more } };
}

/** What a call throws. */
export async function thrownBy(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => Promise.reject(new Error('the call should have failed')),
    (error) => error,
  );
}

/** A token that says what it is told; nobody signed it. */
export function tokenOf(claims: Record<string, unknown>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part(claims)}.c2ln`;
}

export function userOf(more: Partial<AuthUser> = {}): AuthUser {
  return { id: 'user_1', email: 'ada@example.com', plan: 'free', publishableKey: PK, ...more };
}

/** The server's answer to a code or refresh token; `number` tells several of them apart. */
export function grantOf(number: number, more: { user?: AuthUser; lifetime?: number } = {}): TokenGrant {
  const iat = Math.floor(Date.now() / 1000);
  const lifetime = more.lifetime ?? 300;
  return {
    token: tokenOf({ sub: 'user_1', iat, exp: iat + lifetime, number }),
    expiresAt: (iat + lifetime) * 1000,
    refreshToken: `refresh_${number}`,
    refreshExpiresAt: Date.now() + 30 * 24 * 3600 * 1000,
    user: more.user ?? userOf(),
  };
}

/** A browser: storage and locks that its tabs share. */
export class FakeBrowser {
  readonly items = new Map<string, string>();
  readonly tabs: FakeTab[] = [];
  hasLocks = true;
  #queue: Promise<unknown> = Promise.resolve();

  /** Opens a tab and puts it in front: `window` is this one from now on. */
  open(url: string): FakeTab {
    const tab = new FakeTab(this, url);
    this.tabs.push(tab);
    tab.focus();
    return tab;
  }

  lock<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#queue.then(work, work);
    this.#queue = mine.catch(() => {});
    return mine;
  }

  /** Tells the other tabs of a change, as browsers do. */
  changed(by: FakeTab, key: string, newValue: string | null): void {
    for (const tab of this.tabs.filter((tab) => tab !== by)) {
      tab.dispatchEvent(Object.assign(new Event('storage'), { key, newValue, storageArea: tab.localStorage }));
    }
  }
}

export class FakeTab extends EventTarget {
  readonly document = {};
  readonly went: URL[] = [];
  readonly localStorage: Storage;
  readonly navigator: { userAgent: string; locks: unknown };
  readonly history: { state: unknown; replaceState: (state: unknown, unused: string, url: string) => void };
  location: { assign: (url: string) => void } & Pick<URL, 'href' | 'origin' | 'pathname' | 'search' | 'hash'>;

  constructor(browser: FakeBrowser, url: string) {
    super();
    this.location = this.#at(new URL(url));
    this.localStorage = storageOf(browser, this);
    const request = (_: string, work: () => Promise<unknown>) => browser.lock(work);
    this.navigator = { userAgent: 'Mozilla/5.0', locks: browser.hasLocks ? { request } : undefined };
    this.history = {
      state: { router: 1 },
      replaceState: (state, _, path) => {
        this.history.state = state;
        this.location = this.#at(new URL(path, this.location.origin));
      },
    };
  }

  focus(): void {
    vi.stubGlobal('window', this);
    vi.stubGlobal('navigator', this.navigator);
  }

  #at({ href, origin, pathname, search, hash }: URL) {
    return { href, origin, pathname, search, hash, assign: (url: string) => void this.went.push(new URL(url)) };
  }
}

function storageOf(browser: FakeBrowser, tab: FakeTab): Storage {
  const { items } = browser;
  return {
    get length() {
      return items.size;
    },
    key: (index: number) => [...items.keys()][index] ?? null,
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => {
      items.set(key, value);
      browser.changed(tab, key, value);
    },
    removeItem: (key: string) => {
      if (items.delete(key)) browser.changed(tab, key, null);
    },
    clear: () => items.clear(),
  };
}
