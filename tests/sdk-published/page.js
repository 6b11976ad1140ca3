// A browser as far as the clients look at it, and a person who uses the hosted pages in it.

import assert from 'node:assert/strict';

/** Opens a page of an app in a browser whose storage is `items`; it is the page in front from now on. */
export function openPage(url, items = new Map()) {
  const page = Object.assign(new EventTarget(), {
    document: { cookie: '' },
    navigator: { userAgent: 'Mozilla/5.0' },
    localStorage: storageOf(items),
    went: [],
    location: locationOf(url, (to) => page.went.push(to)),
    history: {
      state: null,
      replaceState: (state, _, path) => {
        page.history.state = state;
        page.location = locationOf(new URL(path, page.location.origin), (to) => page.went.push(to));
      },
    },
  });
  globalThis.window = page;
  globalThis.localStorage = page.localStorage;
  globalThis.document = page.document;
  return page;
}

/** Leaves the browser: from now on this is a server again. */
export function closePages() {
  for (const name of ['window', 'localStorage', 'document']) delete globalThis[name];
}

/** A `fetch` that says where it comes from, as a browser's does. */
export function fetchFrom(origin) {
  return (input, init = {}) => fetch(input, { ...init, headers: { ...init.headers, Origin: origin } });
}

function locationOf(url, assign) {
  const { href, origin, pathname, search, hash } = new URL(url);
  return { href, origin, pathname, search, hash, assign };
}

function storageOf(items) {
  return {
    get length() {
      return items.size;
    },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => items.set(key, value),
    removeItem: (key) => items.delete(key),
  };
}

/** Somebody at the hosted pages: does what the pages do when buttons are pressed. */
export class Person {
  #baseUrl;
  #cookies = new Map();

  constructor(baseUrl) {
    this.#baseUrl = baseUrl;
  }

  /** Signs up on the page at `url` and is sent back; answers where to. */
  async signUp(url, email) {
    const page = pageOf(url);
    const { status } = await this.#post('/auth/sign-up', { ...page, email, password: 'several words together' });
    assert.equal(status, 'complete');
    return this.goOn(url);
  }

  /** Goes on from the page at `url`, signed in already; answers where to. */
  async goOn(url) {
    return (await this.#post('/auth/continue', pageOf(url))).url;
  }

  async #post(path, body) {
    const response = await fetch(this.#baseUrl + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Origin: this.#baseUrl, Cookie: this.#cookie() },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    assert.equal(response.status, 200, JSON.stringify(answer));
    for (const line of response.headers.getSetCookie()) {
      const [name, value] = line.split(';')[0].split('=');
      this.#cookies.set(name, value);
    }
    return answer;
  }

  #cookie() {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }
}

function pageOf(url) {
  const query = new URL(url).searchParams;
  return {
    publishableKey: query.get('pk'),
    redirect: query.get('redirect'),
    codeChallenge: query.get('code_challenge') ?? undefined,
    state: query.get('state') ?? undefined,
  };
}
