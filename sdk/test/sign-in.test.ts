import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { challengeOf } from '../src/auth/pkce';
import { AuthHelpers, DreamAPI } from '../src/index';
import {
  clientOf,
  FakeBrowser,
  type FakeTab,
  grantOf,
  type Handler,
  loaded,
  PK,
  problem,
  thrownBy,
  tokenOf,
  userOf,
} from './fakes';

let browser: FakeBrowser;
beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-21T12:00:00Z'), toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  browser = new FakeBrowser();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A server that takes one code and answers a grant for it. */
const exchange: Handler = ({ url }) =>
  url.pathname === '/auth/token' ? { status: 200, body: grantOf(1) } : { status: 200 };

/** Goes to the sign-in page and comes back with a code; answers the tab, not yet loaded. */
async function signedInTab(redirect = 'http://app.test/home'): Promise<{ tab: FakeTab; page: URL }> {
  const tab = browser.open('http://app.test/start');
  await new DreamAPI({ publishableKey: PK, baseUrl: 'http://server.test' }).auth.signIn({ redirect });
  const page = tab.went[0] as URL;
  const [path, hash] = (page.searchParams.get('redirect') as string).split('#');
  const query = `code=code_1&state=${page.searchParams.get('state')}`;
  return { tab: browser.open(`${path}${path?.includes('?') ? '&' : '?'}${query}${hash ? `#${hash}` : ''}`), page };
}

describe('proof key', () => {
  test('the example of RFC 7636, appendix B', async () => {
    const challenge = await challengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk');
    expect(challenge).toBe('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM');
  });

  test('a page that is not secure is told so', async () => {
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) });
    browser.open('http://192.168.1.7/');
    const api = new DreamAPI({ publishableKey: PK });
    expect(await thrownBy(api.auth.signIn())).toMatchObject({ message: expect.stringContaining('secure page') });
  });

  test('a platform without cryptography is told so', async () => {
    vi.stubGlobal('crypto', undefined);
    browser.open('http://app.test/');
    const api = new DreamAPI({ publishableKey: PK });
    expect(await thrownBy(api.auth.signIn())).toMatchObject({ message: expect.stringContaining('Web Crypto') });
  });
});

describe('addresses', () => {
  test('of the pages, with paths made absolute', () => {
    browser.open('http://app.test/now?a=1#top');
    const { auth } = new DreamAPI({ publishableKey: PK, baseUrl: 'http://server.test' });
    const back = (url: string) => `http://server.test${url}`;
    expect(auth.getSignUpUrl({ redirect: '/choose-plan' })).toBe(
      back('/signup?pk=pk_test_abc&redirect=http%3A%2F%2Fapp.test%2Fchoose-plan'),
    );
    expect(auth.getSignInUrl({ redirect: 'https://other.test/x?y=1' })).toBe(
      back('/signin?pk=pk_test_abc&redirect=https%3A%2F%2Fother.test%2Fx%3Fy%3D1'),
    );
    expect(auth.getRefreshUrl({ redirect: '/done', plan: 'pro' })).toBe(
      back('/refresh?pk=pk_test_abc&redirect=http%3A%2F%2Fapp.test%2Fdone&plan=pro'),
    );
    expect(auth.getCustomerPortalUrl({ returnUrl: '/me' })).toBe(
      back('/account?pk=pk_test_abc&redirect=http%3A%2F%2Fapp.test%2Fme'),
    );
    expect(auth.getCustomerPortalUrl()).toBe(
      back('/account?pk=pk_test_abc&redirect=http%3A%2F%2Fapp.test%2Fnow%3Fa%3D1%23top'),
    );
  });

  test('go to signupUrl, and on a server paths stay', () => {
    const { auth } = new DreamAPI({ publishableKey: PK, signupUrl: 'http://pages.test' });
    expect(auth.getSignInUrl({ redirect: '/home' })).toBe('http://pages.test/signin?pk=pk_test_abc&redirect=%2Fhome');
    expect(auth.getCustomerPortalUrl()).toBe('http://pages.test/account?pk=pk_test_abc&redirect=%2F');
  });

  test('need a publishable key', () => {
    const { auth } = new DreamAPI({ secretKey: 'sk_test_1' });
    expect(() => auth.getSignInUrl({ redirect: '/' })).toThrow('publishableKey required for auth URLs');
  });

  test('a sign-in carries challenge, method and state, fresh each time', async () => {
    const tab = browser.open('http://app.test/now');
    const { auth } = new DreamAPI({ publishableKey: PK, baseUrl: 'http://server.test' });
    await auth.signIn();
    await auth.signUp({ redirect: '/welcome' });
    const [first, second] = tab.went as [URL, URL];
    expect([first.pathname, second.pathname]).toEqual(['/signin', '/signup']);
    expect(first.searchParams.get('redirect')).toBe('http://app.test/now');
    expect(second.searchParams.get('redirect')).toBe('http://app.test/welcome');
    for (const url of [first, second]) {
      expect(url.searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/);
      expect(url.searchParams.get('code_challenge_method')).toBe('S256');
      expect(url.searchParams.get('state')).toMatch(/^dream\.[\w-]{43}$/);
    }
    expect(first.searchParams.get('state')).not.toBe(second.searchParams.get('state'));
    expect(first.searchParams.get('code_challenge')).not.toBe(second.searchParams.get('code_challenge'));
    const url = new URL(await auth.prepareUrl('refresh', { redirect: '/done', plan: 'pro' }));
    expect([url.pathname, url.searchParams.get('plan'), url.searchParams.has('state')]).toEqual([
      '/refresh',
      'pro',
      true,
    ]);
  });

  test('a server cannot go anywhere', async () => {
    const { auth } = new DreamAPI({ publishableKey: PK });
    expect(await thrownBy(auth.signIn({ redirect: '/' }))).toMatchObject({
      message: expect.stringContaining('getSignInUrl'),
    });
  });
});

describe('coming back with a code', () => {
  test('signs in with the verifier of the challenge', async () => {
    const { page } = await signedInTab();
    const { api, seen } = clientOf(exchange);
    const { user, error } = await loaded(api);
    expect([user, error]).toEqual([userOf(), null]);
    expect(seen).toHaveLength(1);
    const { code, codeVerifier } = (seen[0]?.body ?? {}) as Record<string, string>;
    expect(code).toBe('code_1');
    expect(await challengeOf(codeVerifier as string)).toBe(page.searchParams.get('code_challenge'));
    expect(seen[0]?.headers.get('x-publishable-key')).toBe(PK);
    expect(seen[0]?.headers.get('idempotency-key')?.length).toBeGreaterThanOrEqual(16);
    expect(api.auth.isSignedIn()).toBe(true);
    expect(api.auth.getUser()).toEqual(userOf());
    await api.usage.track();
    expect(seen[1]?.headers.get('x-clerk-token')).toBe(await api.auth.getToken());
    expect(browser.items.size).toBe(1);
  });

  test('cleans the address and keeps all else: parameters as written, hash, state of the router', async () => {
    const { tab } = await signedInTab('http://app.test/home?q=a%20b&empty=&plus=c+d#/route?x=1');
    const { api } = clientOf(exchange);
    await api.auth.init();
    expect(tab.location.href).toBe('http://app.test/home?q=a%20b&empty=&plus=c+d#/route?x=1');
    expect(tab.history.state).toEqual({ router: 1 });
  });

  test('the address is clean before anything is sent', async () => {
    const { tab } = await signedInTab();
    let during = '';
    const { api } = clientOf((seen) => {
      during = tab.location.href;
      return exchange(seen);
    });
    await api.auth.init();
    expect(during).toBe('http://app.test/home');
  });

  test('twice at once is one exchange', async () => {
    await signedInTab();
    const { api, seen } = clientOf(exchange);
    expect(api.auth.init()).toBe(api.auth.init());
    await api.auth.init();
    expect(seen).toHaveLength(1);
  });

  test('in another tab of the same browser works: a link in a mail opens one', async () => {
    const { tab } = await signedInTab();
    const mail = browser.open(tab.location.href);
    const { api } = clientOf(exchange);
    expect((await loaded(api)).user).toEqual(userOf());
    expect(mail.location.search).toBe('');
  });

  test('in another browser is refused, and nothing is sent', async () => {
    const { tab } = await signedInTab();
    const stranger = new FakeBrowser();
    const other = stranger.open(tab.location.href);
    const { api, seen } = clientOf(exchange);
    const { user, error } = await loaded(api);
    expect([user, error?.errorCode]).toEqual([null, 'sign_in_not_started']);
    expect(seen).toHaveLength(0);
    expect(other.location.search).toBe('');
  });

  test('a second time, or an hour later, is refused', async () => {
    const { tab } = await signedInTab();
    const { href } = tab.location;
    await clientOf(exchange).api.auth.init();
    browser.open(href);
    const again = clientOf(exchange);
    expect((await loaded(again.api)).error?.errorCode).toBe('sign_in_not_started');
    // The sign-in that is kept goes on.
    expect(again.api.auth.isSignedIn()).toBe(true);

    const slow = await signedInTab();
    vi.setSystemTime(Date.now() + 60 * 60 * 1000);
    slow.tab.focus();
    expect((await loaded(clientOf(exchange).api)).error?.errorCode).toBe('sign_in_not_started');
  });

  test('a code that the server refuses is an error and no exception', async () => {
    const { tab } = await signedInTab();
    const { api } = clientOf([problem(401, 'invalid_code')]);
    const { user, error } = await loaded(api);
    expect([user, error?.errorCode, tab.location.search]).toEqual([null, 'invalid_code', '']);
    expect(browser.items.size).toBe(0);
  });

  test('code and state of another provider are left alone', async () => {
    const tab = browser.open('http://app.test/cb?code=theirs&state=xyz');
    const { api, seen } = clientOf(exchange);
    expect(AuthHelpers.hasAuthParams()).toBe(false);
    expect(await loaded(api)).toEqual({ user: null, error: null });
    expect(seen).toHaveLength(0);
    expect(tab.location.search).toBe('?code=theirs&state=xyz');
  });

  test('old flows are cleared away', async () => {
    browser.open('http://app.test/');
    const { auth } = new DreamAPI({ publishableKey: PK });
    browser.items.set('dream_flow_broken', 'x');
    browser.items.set('other', 'stays');
    await auth.signIn();
    vi.setSystemTime(Date.now() + 2 * 60 * 60 * 1000);
    await auth.signIn();
    expect([...browser.items.keys()].filter((key) => key.startsWith('dream_flow_'))).toHaveLength(1);
    expect(browser.items.get('other')).toBe('stays');
  });
});

describe('coming back with a token in the address', () => {
  const now = () => Math.floor(Date.now() / 1000);
  const flat = (more = {}) =>
    tokenOf({ sub: 'user_1', email: 'ada@example.com', plan: 'pro', publishableKey: PK, exp: now() + 86_400, ...more });
  const open = (token: string) => browser.open(`http://app.test/home?a=1&__clerk_jwt=${token}#top`);

  test('signs in, cleans the address and holds after a reload', async () => {
    const token = flat();
    const tab = open(token);
    expect(AuthHelpers.hasAuthParams()).toBe(true);
    const { api, seen } = clientOf(exchange);
    const { user } = await loaded(api);
    expect(user).toEqual(userOf({ plan: 'pro' }));
    expect(tab.location.href).toBe('http://app.test/home?a=1#top');
    expect(await api.auth.getToken()).toBe(token);
    await api.auth.refreshToken();
    expect(seen).toHaveLength(0);

    browser.open('http://app.test/home');
    const again = clientOf(exchange);
    expect((await loaded(again.api)).user).toEqual(userOf({ plan: 'pro' }));
    vi.setSystemTime(Date.now() + 86_400_000);
    expect(again.api.auth.isSignedIn()).toBe(false);
    expect(await again.api.auth.getToken()).toBeNull();
    await again.api.auth.signOut();
    expect(again.seen).toHaveLength(0);
  });

  test('claims may be nested, and letters of any script', async () => {
    open(
      tokenOf({
        sub: 'user_1',
        email: 'zoë@exämple.com',
        exp: now() + 60,
        publicMetadata: { plan: 'max', publishableKey: PK },
      }),
    );
    const { api } = clientOf(exchange);
    expect((await loaded(api)).user).toEqual(userOf({ email: 'zoë@exämple.com', plan: 'max' }));
  });

  test.each([
    ['past its end', () => flat({ exp: now() - 1 })],
    ['without an end', () => flat({ exp: undefined })],
    ['of another project', () => flat({ publishableKey: 'pk_test_other' })],
    ['without a user', () => flat({ sub: undefined })],
    ['unreadable', () => 'a.b.c'],
  ])('one that is %s is refused', async (_, token) => {
    const tab = open(token());
    const { api } = clientOf(exchange);
    const { user, error } = await loaded(api);
    expect([user, error?.errorCode]).toEqual([null, 'invalid_token']);
    expect(tab.location.search).toBe('?a=1');
  });

  test('never replaces the sign-in of somebody else; of the same user it brings news', async () => {
    await signedInTab();
    await clientOf(exchange).api.auth.init();
    open(flat({ sub: 'user_attacker' }));
    const attacked = clientOf(exchange);
    const result = await loaded(attacked.api);
    expect([result.user?.id, result.error?.errorCode]).toEqual(['user_1', 'account_switch_refused']);

    open(flat());
    const upgraded = clientOf(() => ({ status: 200, body: grantOf(2, { user: userOf({ plan: 'pro' }) }) }));
    expect(await loaded(upgraded.api)).toEqual({ user: userOf({ plan: 'pro' }), error: null });
    expect(upgraded.seen.map(({ url }) => url.pathname)).toEqual(['/auth/refresh']);
  });

  test('can be turned off; the address is cleaned all the same', async () => {
    const tab = open(flat());
    const { api } = clientOf(exchange, { publishableKey: PK, legacyToken: false });
    expect(await loaded(api)).toEqual({ user: null, error: null });
    expect(tab.location.search).toBe('?a=1');
  });
});

test('on a server init does nothing', async () => {
  const { api, seen } = clientOf(exchange, { secretKey: 'sk_test_1', publishableKey: PK });
  expect(await loaded(api)).toEqual({ user: null, error: null });
  expect([api.auth.isSignedIn(), seen.length, AuthHelpers.hasAuthParams()]).toEqual([false, 0, false]);
});
