import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sessionOf, type TokenGrant } from '../src/auth/session';
import { type AuthenticationException, type AuthUser, memoryStorage } from '../src/index';
import {
  clientOf,
  FakeBrowser,
  type FakeTab,
  grantOf,
  type Handler,
  loaded,
  PK,
  problem,
  settled,
  thrownBy,
  userOf,
} from './fakes';

const KEY = `dream_session_${PK}`;
const MINUTE = 60_000;

let browser: FakeBrowser;
beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-21T12:00:00Z'), toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  browser = new FakeBrowser();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** The server's side: refresh tokens work once, and answers are kept by their key. */
function rotating(lag = 0) {
  let latest = 1;
  const answers = new Map<string, TokenGrant>();
  const used: string[] = [];
  const handler: Handler = async ({ url, body, headers }) => {
    if (url.pathname !== '/auth/refresh') return { status: 200, body: { success: true } };
    if (lag > 0) await new Promise((resolve) => setTimeout(resolve, lag));
    const { refreshToken } = body as { refreshToken: string };
    const id = `${headers.get('idempotency-key')} ${refreshToken}`;
    const kept = answers.get(id);
    if (kept) return { status: 200, body: kept };
    used.push(refreshToken);
    if (refreshToken !== `refresh_${latest}`) return problem(401, 'invalid_refresh_token');
    latest += 1;
    const grant = grantOf(latest);
    answers.set(id, grant);
    return { status: 200, body: grant };
  };
  return { handler, used };
}

/** A tab with a client that is signed in by the grant 1, from storage. */
async function tabWith(handler: Handler): Promise<{ tab: FakeTab } & ReturnType<typeof clientOf>> {
  if (!browser.items.has(KEY)) browser.items.set(KEY, JSON.stringify(sessionOf(grantOf(1), Date.now())));
  const tab = browser.open('http://app.test/');
  const client = clientOf(handler);
  await client.api.auth.init();
  return { tab, ...client };
}

const later = (ms: number) => void vi.setSystemTime(Date.now() + ms);
const sentTokens = (seen: { headers: Headers }[]) => seen.map(({ headers }) => headers.get('x-clerk-token'));
const refreshes = (seen: { url: URL }[]) => seen.filter(({ url }) => url.pathname === '/auth/refresh').length;

describe('a token', () => {
  test('is used as long as it holds, and renewed before it ends', async () => {
    const { handler } = rotating();
    const { api, seen } = await tabWith(handler);
    const first = await api.auth.getToken();
    later(4 * MINUTE);
    expect(await api.auth.getToken()).toBe(first);
    expect(seen).toHaveLength(0);
    later(MINUTE - 29_000);
    const second = await api.auth.getToken();
    expect(second).not.toBe(first);
    await api.usage.track();
    expect(refreshes(seen)).toBe(1);
    expect(sentTokens(seen)).toEqual([null, second]);
    expect(JSON.parse(browser.items.get(KEY) as string)).toMatchObject({
      token: second,
      refresh: { token: 'refresh_2' },
    });
  });

  test('a clock that is wrong does no harm: the life of a token counts from its arrival', async () => {
    const { handler } = rotating();
    const grant = grantOf(1);
    later(-60 * MINUTE);
    browser.items.set(KEY, JSON.stringify(sessionOf(grant, Date.now())));
    const { api, seen } = await tabWith(handler);
    later(4 * MINUTE);
    await api.auth.getToken();
    expect(seen).toHaveLength(0);
    later(MINUTE);
    await api.auth.getToken();
    expect(refreshes(seen)).toBe(1);
  });

  test('of a short life is renewed at half of it', () => {
    const session = sessionOf(grantOf(1, { lifetime: 20 }), 0);
    expect([session.renewAt, session.endsAt]).toEqual([10_000, 20_000]);
  });

  test('that the server calls expired is renewed, and the call repeated once with the same key', async () => {
    const { handler } = rotating();
    let refusals = 1;
    const { api, seen } = await tabWith((call) => {
      if (call.url.pathname === '/api/data' && refusals > 0) {
        refusals -= 1;
        return problem(401, 'token_expired');
      }
      return handler(call);
    });
    await api.usage.track();
    expect(seen.map(({ url }) => url.pathname)).toEqual(['/api/data', '/auth/refresh', '/api/data']);
    expect(seen[2]?.headers.get('idempotency-key')).toBe(seen[0]?.headers.get('idempotency-key'));
    expect(sentTokens(seen)[2]).not.toBe(sentTokens(seen)[0]);
    refusals = 9;
    const error = (await thrownBy(api.usage.track())) as AuthenticationException;
    expect(error.errorCode).toBe('token_expired');
    expect(seen).toHaveLength(6);
  });

  test('that cannot be renewed is an error, and nothing is sent without it', async () => {
    const { api, seen } = await tabWith(({ url }) =>
      url.pathname === '/api/data' ? problem(401, 'token_expired') : problem(401, 'invalid_refresh_token'),
    );
    const error = (await thrownBy(api.usage.track())) as AuthenticationException;
    expect(error.errorCode).toBe('token_expired');
    expect(seen.map(({ url }) => url.pathname)).toEqual(['/api/data', '/auth/refresh']);
    expect(api.auth.isSignedIn()).toBe(false);
  });

  test('that was set by hand is never renewed', async () => {
    const { api, seen } = await tabWith(() => problem(401, 'token_expired'));
    api.setUserToken('a.b.c');
    await thrownBy(api.usage.track());
    await thrownBy(api.usage.track({}, { userToken: 'd.e.f' }));
    expect(seen.map(({ url }) => url.pathname)).toEqual(['/api/data', '/api/data']);
    expect(api.auth.isSignedIn()).toBe(true);
  });

  test('that was revoked signs out', async () => {
    const { api } = await tabWith(() => problem(401, 'token_revoked'));
    await thrownBy(api.usage.track());
    expect([api.auth.isSignedIn(), browser.items.size]).toEqual([false, 0]);
  });
});

describe('renewal', () => {
  test.each([true, false])('is one for many calls at once (locks: %s)', async (hasLocks) => {
    browser.hasLocks = hasLocks;
    const { handler, used } = rotating(5);
    const { api, seen } = await tabWith(handler);
    later(5 * MINUTE);
    await settled(Promise.all(Array.from({ length: 20 }, () => api.usage.check())));
    expect(refreshes(seen)).toBe(1);
    expect(used).toEqual(['refresh_1']);
    expect(new Set(sentTokens(seen).slice(1)).size).toBe(1);
  });

  test.each([true, false])('is one for all tabs (locks: %s)', async (hasLocks) => {
    browser.hasLocks = hasLocks;
    const { handler, used } = rotating(5);
    const tabs = [await tabWith(handler), await tabWith(handler), await tabWith(handler)];
    for (const expected of [['refresh_1'], ['refresh_1', 'refresh_2']]) {
      later(5 * MINUTE);
      const tokens = await settled(Promise.all(tabs.map(({ api }) => api.auth.getToken())));
      expect(new Set(tokens).size).toBe(1);
      // Without locks several may ask; with one key they are one use.
      expect([...new Set(used)]).toEqual(expected);
    }
    if (hasLocks) expect(tabs.reduce((sum, { seen }) => sum + refreshes(seen), 0)).toBe(2);
    expect(tabs.every(({ api }) => api.auth.isSignedIn())).toBe(true);
  });

  test('a lost answer comes again, also after a reload: the key belongs to the refresh token', async () => {
    const { handler, used } = rotating();
    let lost = 4;
    const lossy: Handler = async (call) => {
      const answer = await handler(call);
      if (call.url.pathname !== '/auth/refresh' || lost === 0) return answer;
      lost -= 1;
      return new TypeError('connection reset');
    };
    const first = await tabWith(lossy);
    later(5 * MINUTE);
    const error = await settled(thrownBy(first.api.auth.getToken()));
    expect(error).toMatchObject({ errorCode: 'connection_failed' });
    expect(first.api.auth.isSignedIn()).toBe(true);
    const second = await settled(tabWith(lossy));
    expect(await second.api.auth.getToken()).toBeTruthy();
    const keys = [...first.seen, ...second.seen].map(({ headers }) => headers.get('idempotency-key'));
    expect(keys).toHaveLength(5);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]?.length).toBeGreaterThanOrEqual(16);
    expect(used).toEqual(['refresh_1']);
  });

  test('waits for another one with the same key', async () => {
    const { handler } = rotating();
    let busy = 2;
    const { api, seen } = await tabWith((call) => {
      busy -= 1;
      return busy >= 0 ? problem(409, 'idempotency_in_flight') : handler(call);
    });
    later(5 * MINUTE);
    expect(await settled(api.auth.getToken())).toBeTruthy();
    expect(refreshes(seen)).toBe(3);
  });

  test('of a refresh token that was used by somebody else signs out everywhere', async () => {
    const { handler } = rotating();
    const other = await tabWith(handler);
    const { api } = await tabWith(() => problem(401, 'invalid_refresh_token'));
    const heard: (AuthUser | null)[] = [];
    other.api.auth.onChange((user) => heard.push(user));
    later(5 * MINUTE);
    const error = (await thrownBy(api.usage.track())) as AuthenticationException;
    expect(error.errorCode).toBe('user_token_required');
    expect([api.auth.isSignedIn(), other.api.auth.isSignedIn(), browser.items.size]).toEqual([false, false, 0]);
    expect(heard).toEqual([null]);
  });

  test('that fails for the moment keeps the sign-in, and the old token while it holds', async () => {
    const { api } = await tabWith(() => problem(500, 'internal'));
    const first = await api.auth.getToken();
    later(5 * MINUTE - 10_000);
    expect(await api.auth.getToken()).toBe(first);
    later(10_000);
    expect(await thrownBy(api.auth.getToken())).toMatchObject({ status: 500 });
    expect([api.auth.isSignedIn(), browser.items.size]).toEqual([true, 1]);
  });

  test('can be asked for, and brings the new plan', async () => {
    const { api } = await tabWith(() => ({ status: 200, body: grantOf(2, { user: userOf({ plan: 'pro' }) }) }));
    const heard: (AuthUser | null)[] = [];
    api.auth.onChange((user) => heard.push(user));
    const before = await api.auth.getToken();
    await api.auth.refreshToken();
    expect(await api.auth.getToken()).not.toBe(before);
    expect(api.auth.getUser()?.plan).toBe('pro');
    expect(heard).toEqual([userOf({ plan: 'pro' })]);
  });

  test('does not undo a sign-out that came meanwhile', async () => {
    const { handler } = rotating(50);
    const { api, seen } = await tabWith(handler);
    later(5 * MINUTE);
    const token = api.auth.getToken();
    await vi.waitUntil(() => seen.length === 1);
    await api.auth.signOut();
    expect(await settled(token)).toBeNull();
    expect([api.auth.isSignedIn(), browser.items.size]).toEqual([false, 0]);
    expect(seen.at(-1)?.url.pathname).toBe('/auth/revoke');
  });
});

describe('loading', () => {
  test('takes up what is kept', async () => {
    const { handler } = rotating();
    const { api, seen } = await tabWith(handler);
    expect([api.auth.isSignedIn(), api.auth.getUser(), seen.length]).toEqual([true, userOf(), 0]);
  });

  test('renews at once what has ended, and says when that fails', async () => {
    browser.items.set(KEY, JSON.stringify(sessionOf(grantOf(1), Date.now())));
    later(60 * MINUTE);
    browser.open('http://app.test/');
    const { handler } = rotating();
    const good = clientOf(handler);
    expect(await loaded(good.api)).toEqual({ user: userOf(), error: null });
    expect(good.seen).toHaveLength(1);

    later(60 * MINUTE);
    const bad = clientOf(() => problem(500, 'internal'));
    expect(await loaded(bad.api)).toMatchObject({ user: userOf(), error: { status: 500 } });
    const ended = clientOf(() => problem(401, 'invalid_refresh_token'));
    expect(await loaded(ended.api)).toEqual({ user: null, error: null });
  });

  test('forgets what is too old or broken', async () => {
    for (const kept of ['{', 'null', '{}', '[]', JSON.stringify(sessionOf(grantOf(1), Date.now()))]) {
      browser.items.set(KEY, kept);
      later(kept.length > 9 ? 31 * 24 * 60 * MINUTE : 0);
      browser.open('http://app.test/');
      const { api, seen } = clientOf(() => problem(500, 'internal'));
      expect(await loaded(api)).toEqual({ user: null, error: null });
      expect(seen).toHaveLength(0);
    }
    expect(browser.items.size).toBe(0);
  });

  test('the same user is the same object, and no news', async () => {
    const { handler } = rotating();
    const { api } = await tabWith(handler);
    const heard: unknown[] = [];
    api.auth.onChange((user) => heard.push(user));
    const before = api.auth.getUser();
    await api.auth.refreshToken();
    expect(api.auth.getUser()).toBe(before);
    expect(heard).toEqual([]);
  });
});

describe('signing out', () => {
  test('ends the session on the server, here and in other tabs', async () => {
    const { handler } = rotating();
    const other = await tabWith(handler);
    const { api, seen } = await tabWith(handler);
    const heard: (AuthUser | null)[] = [];
    const stop = other.api.auth.onChange((user) => heard.push(user));
    api.setUserToken('a.b.c');
    await api.auth.signOut();
    expect(seen.map(({ url, body }) => [url.pathname, body])).toEqual([
      ['/auth/revoke', { refreshToken: 'refresh_1' }],
    ]);
    expect([api.auth.isSignedIn(), api.auth.getUser(), browser.items.size]).toEqual([false, null, 0]);
    expect(other.api.auth.isSignedIn()).toBe(false);
    expect(heard).toEqual([null]);
    expect(await thrownBy(api.usage.track())).toMatchObject({ code: 'auth_required' });
    stop();
    browser.changed(other.tab, KEY, null);
    expect(heard).toHaveLength(1);
  });

  test('works without a connection', async () => {
    const { api } = await tabWith(() => new TypeError('offline'));
    await settled(api.auth.signOut());
    expect([api.auth.isSignedIn(), browser.items.size]).toEqual([false, 0]);
  });

  test('of nobody sends nothing', async () => {
    browser.open('http://app.test/');
    const { api, seen } = clientOf([]);
    await api.auth.init();
    await api.auth.signOut();
    expect(seen).toHaveLength(0);
  });

  test('clearing the storage in another tab signs out too; other keys and storages do not', async () => {
    const { handler } = rotating();
    const { api, tab } = await tabWith(handler);
    tab.dispatchEvent(
      Object.assign(new Event('storage'), { key: 'other', newValue: null, storageArea: tab.localStorage }),
    );
    tab.dispatchEvent(Object.assign(new Event('storage'), { key: KEY, newValue: null, storageArea: {} }));
    expect(api.auth.isSignedIn()).toBe(true);
    tab.dispatchEvent(
      Object.assign(new Event('storage'), { key: null, newValue: null, storageArea: tab.localStorage }),
    );
    expect(api.auth.isSignedIn()).toBe(false);
  });

  test('another tab that signs in is followed', async () => {
    const { handler } = rotating();
    const first = browser.open('http://app.test/');
    const { api } = clientOf(handler);
    await api.auth.init();
    const heard: (AuthUser | null)[] = [];
    api.auth.onChange((user) => heard.push(user));
    const second = browser.open('http://app.test/');
    second.localStorage.setItem(KEY, JSON.stringify(sessionOf(grantOf(1), Date.now())));
    expect([api.auth.isSignedIn(), heard]).toEqual([true, [userOf()]]);
    expect(first).not.toBe(second);
  });
});

describe('storage', () => {
  test('of your own, which may take its time', async () => {
    const items = memoryStorage();
    const storage = {
      getItem: async (key: string) => items.getItem(key),
      setItem: async (key: string, value: string) => items.setItem(key, value),
      removeItem: async (key: string) => items.removeItem(key),
    };
    await storage.setItem(KEY, JSON.stringify(sessionOf(grantOf(1), Date.now())));
    const { handler } = rotating();
    const { api } = clientOf(handler, { publishableKey: PK, storage });
    await api.auth.init();
    expect(api.auth.isSignedIn()).toBe(true);
    await api.auth.refreshToken();
    expect(await storage.getItem(KEY)).toContain('refresh_2');
    await api.auth.signOut();
    expect(await storage.getItem(KEY)).toBeNull();
  });

  test('is memory where the browser forbids it', async () => {
    const tab = browser.open('http://app.test/');
    Object.defineProperty(tab, 'localStorage', {
      get: () => {
        throw new DOMException('denied', 'SecurityError');
      },
    });
    const { api } = clientOf([]);
    expect(await loaded(api)).toEqual({ user: null, error: null });
    expect(await thrownBy(api.auth.signIn())).toMatchObject({ message: expect.stringContaining('storage') });
  });
});
