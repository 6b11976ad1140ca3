import { afterEach, describe, expect, test, vi } from 'vitest';
import { DreamAPI } from '../src/index';
import { FakeBrowser } from './fakes';

afterEach(() => vi.unstubAllGlobals());

describe('keys', () => {
  test('none is refused', () => {
    expect(() => new DreamAPI({})).toThrow('Either secretKey or publishableKey is required');
  });

  test('a secret key in a page is refused, whatever else is given', () => {
    new FakeBrowser().open('http://app.test/');
    expect(() => new DreamAPI({ secretKey: 'sk_test_1' })).toThrow('must not be used in a browser');
    expect(
      () => new DreamAPI({ secretKey: 'sk_live_1', publishableKey: 'pk_live_1', baseUrl: 'https://a.test' }),
    ).toThrow('must not be used in a browser');
    expect(() => new DreamAPI({ publishableKey: 'pk_test_1' })).not.toThrow();
  });

  test('a secret key in a worker of a browser is refused', () => {
    vi.stubGlobal('navigator', { userAgent: 'Mozilla/5.0 (X11; Linux x86_64)' });
    expect(() => new DreamAPI({ secretKey: 'sk_test_1' })).toThrow('must not be used in a browser');
  });

  test.each(['Node.js/22', 'Deno/2.1.4', 'Bun/1.1.0', 'Cloudflare-Workers'])('%s is a server', (userAgent) => {
    vi.stubGlobal('navigator', { userAgent });
    expect(() => new DreamAPI({ secretKey: 'sk_test_1' })).not.toThrow();
  });

  test('a secret key in the place of the publishable one is refused everywhere', () => {
    expect(() => new DreamAPI({ publishableKey: 'sk_test_1' })).toThrow('is a secret key');
  });

  test('are not shown by printing the client', async () => {
    const { inspect } = await import('node:util');
    const api = new DreamAPI({ secretKey: 'sk_test_hidden' });
    api.setUserToken('hidden.user.token');
    expect(inspect(api, { depth: 9, showHidden: true }) + JSON.stringify(api)).not.toContain('hidden');
  });
});

describe('addresses', () => {
  test('test keys go to this machine unless told otherwise', () => {
    for (const keys of [{ publishableKey: 'pk_test_1' }, { secretKey: 'sk_test_1' }]) {
      const api = new DreamAPI(keys);
      expect(api.getBaseUrl()).toBe('http://127.0.0.1:8787');
      expect(api.getSignupBaseUrl()).toBe('http://127.0.0.1:8787');
      expect(api.getClerkBaseUrl()).toBe('http://127.0.0.1:8787');
    }
  });

  test('live keys need an address', () => {
    expect(() => new DreamAPI({ publishableKey: 'pk_live_1' })).toThrow('baseUrl is required');
    expect(() => new DreamAPI({ secretKey: 'sk_live_1' })).toThrow('baseUrl is required');
    expect(new DreamAPI({ publishableKey: 'pk_live_1', baseUrl: 'https://api.test' }).getBaseUrl()).toBe(
      'https://api.test',
    );
  });

  test('each can be set, with or without a slash at the end', () => {
    const api = new DreamAPI({
      publishableKey: 'pk_test_1',
      baseUrl: 'https://api.test/',
      signupUrl: 'https://auth.test//',
      clerkBaseUrl: 'https://clerk.test',
    });
    expect([api.getBaseUrl(), api.getSignupBaseUrl(), api.getClerkBaseUrl()]).toEqual([
      'https://api.test',
      'https://auth.test',
      'https://clerk.test',
    ]);
  });

  test('what a client is, it tells', () => {
    expect(new DreamAPI({ publishableKey: 'pk_test_1' }).isFrontendOnly()).toBe(true);
    const api = new DreamAPI({ secretKey: 'sk_test_1', publishableKey: 'pk_test_1' });
    expect(api.isFrontendOnly()).toBe(false);
    expect(api.getPublishableKey()).toBe('pk_test_1');
  });
});
