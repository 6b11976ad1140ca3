import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  AuthenticationException,
  ConnectionException,
  DreamAPIException,
  ServerException,
  TimeoutException,
} from '../src/index';
import { type Answer, clientOf, PK, problem, thrownBy } from './fakes';

const OK = { status: 200, body: { tiers: [] } };
const BUSY = (headers = {}): Answer => ({ ...problem(503, 'overloaded'), headers });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Lets the timers run until the call has ended. */
async function ended<T>(call: Promise<T>): Promise<T> {
  call.catch(() => {});
  await vi.runAllTimersAsync();
  return call;
}

describe('what is sent', () => {
  test('with a publishable key', async () => {
    const { api, seen } = clientOf([OK]);
    await api.products.listTiers();
    expect(seen[0]?.url.href).toBe('http://server.test/api/tiers');
    expect(Object.fromEntries(seen[0]?.headers ?? [])).toEqual({ accept: 'application/json', 'x-publishable-key': PK });
  });

  test('with a secret key, and with both', async () => {
    const { api, seen } = clientOf([OK], { secretKey: 'sk_test_1' });
    await api.products.listTiers();
    expect(seen[0]?.headers.get('authorization')).toBe('Bearer sk_test_1');
    expect(seen[0]?.headers.get('x-publishable-key')).toBeNull();
    const both = clientOf([OK], { secretKey: 'sk_test_1', publishableKey: PK });
    await both.api.products.listTiers();
    expect(both.seen[0]?.headers.get('x-publishable-key')).toBe(PK);
  });

  test('the token that was set, only where a user matters', async () => {
    const { api, seen } = clientOf([OK]);
    api.setUserToken('a.b.c');
    await api.products.listTiers();
    await api.usage.check();
    await api.usage.check({ userToken: 'd.e.f' });
    expect(seen.map(({ headers }) => headers.get('x-clerk-token'))).toEqual([null, 'a.b.c', 'd.e.f']);
    api.clearUserToken();
    const refused = (await thrownBy(api.usage.check())) as DreamAPIException;
    expect(refused).toBeInstanceOf(AuthenticationException);
    expect([refused.status, refused.code, refused.errorCode]).toEqual([401, 'auth_required', 'user_token_required']);
    expect(seen).toHaveLength(3);
  });

  test('an id of your own, without the token that was set', async () => {
    const { api, seen } = clientOf([OK], { secretKey: 'sk_test_1' });
    api.setUserToken('a.b.c');
    await api.usage.track({}, { userId: 'ada', userPlan: 'pro' });
    const { headers } = seen[0] ?? {};
    expect([headers?.get('x-user-id'), headers?.get('x-user-plan'), headers?.get('x-clerk-token')]).toEqual([
      'ada',
      'pro',
      null,
    ]);
  });

  test('a body only if there is one', async () => {
    const { api, seen } = clientOf([OK]);
    api.setUserToken('a.b.c');
    await api.usage.track();
    await api.usage.track({ amount: 2 });
    expect(seen.map(({ body, headers }) => [body, headers.get('content-type')])).toEqual([
      [undefined, null],
      [{ amount: 2 }, 'application/json'],
    ]);
  });

  test('a fresh key on every POST, the given one, or none', async () => {
    const { api, seen } = clientOf([OK], { secretKey: 'sk_test_1' });
    const user = { userId: 'ada' };
    await api.usage.track({}, user);
    await api.usage.track({}, user);
    await api.usage.track({}, { ...user, idempotencyKey: 'mine' });
    await api.usage.track({}, { ...user, idempotencyKey: null });
    await api.usage.check(user);
    await api.customers.update('user_1', { plan: 'pro' });
    const [first, second, ...rest] = seen.map(({ headers }) => headers.get('idempotency-key'));
    expect(first).toMatch(/^[\w-]{32}$/);
    expect(second).toMatch(/^[\w-]{32}$/);
    expect(second).not.toBe(first);
    expect(rest).toEqual(['mine', null, null, null]);
  });

  test('redirects are not followed and nothing is kept', async () => {
    const init: RequestInit[] = [];
    const fetch = async (_: unknown, options: RequestInit = {}) => {
      init.push(options);
      return Response.json({});
    };
    const { api } = clientOf([], { publishableKey: PK, fetch: fetch as typeof globalThis.fetch });
    await api.products.list();
    expect(init[0]).toMatchObject({ redirect: 'manual', cache: 'no-store' });
  });
});

describe('tries', () => {
  test('a GET is sent again after a failed connection, 429 and 503, three times in all', async () => {
    for (const failure of [new TypeError('fetch failed'), problem(429, 'rate_limited'), BUSY()]) {
      const { api, seen } = clientOf([failure, failure, OK]);
      await expect(ended(api.products.listTiers())).resolves.toEqual(OK.body);
      expect(seen).toHaveLength(3);
      const lost = clientOf([failure]);
      expect(await thrownBy(ended(lost.api.products.listTiers()))).toBeInstanceOf(DreamAPIException);
      expect(lost.seen).toHaveLength(3);
    }
  });

  test('a POST keeps its key', async () => {
    const { api, seen } = clientOf([new TypeError('cut'), BUSY(), OK]);
    await ended(api.usage.track({}, { userToken: 'a.b.c' }));
    const keys = seen.map(({ headers }) => headers.get('idempotency-key'));
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect(new Set(seen.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  });

  test('a POST without a key, PATCH and DELETE are sent once', async () => {
    const { api, seen } = clientOf([BUSY()], { secretKey: 'sk_test_1' });
    await thrownBy(ended(api.usage.track({}, { userId: 'ada', idempotencyKey: null })));
    await thrownBy(ended(api.customers.update('user_1', {})));
    await thrownBy(ended(api.customers.delete('user_1')));
    expect(seen.map(({ method }) => method)).toEqual(['POST', 'PATCH', 'DELETE']);
  });

  test.each([400, 401, 403, 404, 409, 413, 422, 500, 502, 504])('%i is not tried again', async (status) => {
    const { api, seen } = clientOf([problem(status, 'some_code')]);
    await thrownBy(ended(api.products.listTiers()));
    expect(seen).toHaveLength(1);
  });

  test('each wait is at least what the server asks, and a little random', async () => {
    const { api, seen } = clientOf([BUSY({ 'Retry-After': '7' }), BUSY({ 'Retry-After': '2' }), OK]);
    await ended(api.products.listTiers());
    const [first, second, third] = seen.map(({ at }) => at) as [number, number, number];
    expect(second - first).toBeGreaterThanOrEqual(7000);
    expect(second - first).toBeLessThan(8000);
    expect(third - second).toBeGreaterThanOrEqual(2000);
    expect(third - second).toBeLessThan(3000);
  });

  test('without a word of the server the waits grow, and are a little random', async () => {
    const { api, seen } = clientOf([BUSY()]);
    await thrownBy(ended(api.products.listTiers()));
    const [first, second, third] = seen.map(({ at }) => at) as [number, number, number];
    expect(second - first).toBeGreaterThanOrEqual(200);
    expect(second - first).toBeLessThanOrEqual(400);
    expect(third - second).toBeGreaterThanOrEqual(400);
    expect(third - second).toBeLessThanOrEqual(800);
  });

  test('a date says how long as well', async () => {
    const { api, seen } = clientOf([BUSY({ 'Retry-After': new Date(Date.now() + 5000).toUTCString() }), OK]);
    await ended(api.products.listTiers());
    expect((seen[1]?.at ?? 0) - (seen[0]?.at ?? 0)).toBeGreaterThanOrEqual(4000);
  });

  test('whoever is asked to wait for long is told at once', async () => {
    const { api, seen } = clientOf([BUSY({ 'Retry-After': '31' })]);
    const error = (await thrownBy(api.products.listTiers())) as ServerException;
    expect(error).toBeInstanceOf(ServerException);
    expect(error.retryAfter).toBe(31);
    expect(seen).toHaveLength(1);
  });

  test('can be fewer, never more', async () => {
    for (const [maxTries, expected] of [
      [1, 1],
      [2, 2],
      [9, 3],
      [0, 1],
    ] as const) {
      const { api, seen } = clientOf([BUSY()], { publishableKey: PK, maxTries });
      await thrownBy(ended(api.products.listTiers()));
      expect(seen).toHaveLength(expected);
    }
    const { api, seen } = clientOf([BUSY()]);
    await thrownBy(ended(api.products.listTiers({ maxTries: 2 })));
    expect(seen).toHaveLength(2);
  });
});

describe('time', () => {
  const never = () => new Promise<Answer>(() => {});

  test('a try ends after 30 seconds', async () => {
    const { api, seen } = clientOf(never);
    const call = thrownBy(api.products.listTiers({ maxTries: 1 }));
    await vi.advanceTimersByTimeAsync(29_999);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    const error = (await call) as TimeoutException;
    expect(error).toBeInstanceOf(TimeoutException);
    expect([error.status, error.errorCode]).toEqual([0, 'timeout']);
    expect(seen).toHaveLength(1);
  });

  test('each try has its own time, as set', async () => {
    const { api, seen } = clientOf(never, { publishableKey: PK, timeoutMs: 100 });
    expect(await thrownBy(ended(api.products.listTiers()))).toBeInstanceOf(TimeoutException);
    expect(seen).toHaveLength(3);
    expect(await thrownBy(ended(api.products.listTiers({ timeoutMs: 5, maxTries: 1 })))).toMatchObject({
      message: 'The server did not answer within 5 ms.',
    });
  });

  test('a signal ends the call with its reason, while it waits too', async () => {
    const during = new AbortController();
    const { api } = clientOf(never);
    const call = thrownBy(api.products.listTiers({ signal: during.signal }));
    await vi.advanceTimersByTimeAsync(10);
    during.abort();
    expect(await call).toMatchObject({ name: 'AbortError' });

    const between = new AbortController();
    const busy = clientOf([BUSY({ 'Retry-After': '9' })]);
    const waiting = thrownBy(busy.api.products.listTiers({ signal: between.signal }));
    await vi.advanceTimersByTimeAsync(10);
    between.abort(new Error('left the page'));
    expect(await waiting).toMatchObject({ message: 'left the page' });
    expect(busy.seen).toHaveLength(1);

    const before = clientOf([OK]);
    expect(await thrownBy(before.api.products.listTiers({ signal: AbortSignal.abort() }))).toMatchObject({
      name: 'AbortError',
    });
    expect(before.seen).toHaveLength(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a signal that is kept for long is not left with listeners', async () => {
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, 'addEventListener');
    const removed = vi.spyOn(signal, 'removeEventListener');
    const { api } = clientOf([BUSY(), OK]);
    await ended(api.products.listTiers({ signal }));
    expect(added).toHaveBeenCalled();
    expect(removed).toHaveBeenCalledTimes(added.mock.calls.length);
  });

  test('a failed connection keeps its cause', async () => {
    const cause = new TypeError('fetch failed');
    const { api } = clientOf([cause]);
    const error = (await thrownBy(ended(api.products.listTiers()))) as ConnectionException;
    expect(error).toBeInstanceOf(ConnectionException);
    expect(error).not.toBeInstanceOf(TimeoutException);
    expect([error.status, error.errorCode, error.cause]).toEqual([0, 'connection_failed', cause]);
  });
});
