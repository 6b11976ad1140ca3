import { describe, expect, test } from 'vitest';

import { hostOf, isWebAddress, linkTo, providerLink, wayBack } from '../src/address';

const SEARCH =
  '?pk=pk_test_1&redirect=http%3A%2F%2Flocalhost%3A3000%2Fx%3Fa%3D1%26b%3D2&code_challenge=abc&code_challenge_method=S256&state=s+1';

describe('links between the pages', () => {
  test('carry everything that the app sent along', () => {
    const url = new URL(linkTo('signup', SEARCH), 'http://server');
    expect(url.pathname).toBe('/signup');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      pk: 'pk_test_1',
      redirect: 'http://localhost:3000/x?a=1&b=2',
      code_challenge: 'abc',
      code_challenge_method: 'S256',
      state: 's 1',
    });
  });

  test('carry nothing else: no token, no error', () => {
    expect(linkTo('signin', '?pk=pk_test_1&token=secret&error=provider_failed')).toBe('/signin?pk=pk_test_1');
  });

  test('are bare where nothing was sent along', () => {
    expect(linkTo('signin', '')).toBe('/signin');
  });
});

test('a provider is started with the key and the intent', () => {
  const url = new URL(providerLink('ac/me', 'signup', 'pk_test_1', SEARCH), 'http://server');
  expect(url.pathname).toBe('/auth/start/ac%2Fme');
  expect(url.searchParams.get('intent')).toBe('signup');
  expect(url.searchParams.get('state')).toBe('s 1');
  expect(new URL(providerLink('google', 'signin', 'pk_live_root', ''), 'http://server').searchParams.get('pk')).toBe(
    'pk_live_root',
  );
});

test('the way back has only what the address names', () => {
  expect(wayBack(SEARCH)).toEqual({ redirect: 'http://localhost:3000/x?a=1&b=2', codeChallenge: 'abc', state: 's 1' });
  expect(wayBack('?pk=pk_test_1')).toEqual({});
});

test('a host is shown of whole addresses only', () => {
  expect(hostOf('http://localhost:3000/x')).toBe('localhost:3000');
  expect(hostOf('/account')).toBeNull();
  expect(hostOf(null)).toBeNull();
});

test('only addresses of the web are gone to', () => {
  for (const url of ['https://app.example/', 'http://localhost:3000/?code=1', '/', '/account?x=1']) {
    expect(isWebAddress(url, 'http://server/signin'), url).toBe(true);
  }
  for (const url of ['javascript:alert(1)', 'data:text/html,x', 'http://', 'file:///etc/passwd']) {
    expect(isWebAddress(url, 'http://server/signin'), url).toBe(false);
  }
});
