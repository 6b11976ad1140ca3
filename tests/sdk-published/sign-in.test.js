// Signing in with our client, from the address of the page to signing out, against the running server.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { DreamAPI as Published } from '@dream-api/sdk';
import { DreamAPI, isDreamAPIException } from 'dream-sdk';

import { closePages, fetchFrom, openPage, Person } from './page.js';
import { start } from './server.js';

const APP = 'http://localhost:3000';

let server;
let demo;
let people = 0;
before(async () => {
  server = await start();
  demo = server.demo;
});
after(() => server?.stop());
afterEach(closePages);

/** A client in a page of the app. */
function client({ baseUrl, saas } = demo, more = {}) {
  return new DreamAPI({ publishableKey: saas.publishableKey, baseUrl, fetch: fetchFrom(APP), ...more });
}

function freshEmail() {
  people += 1;
  return `person-${people}@example.com`;
}

/** Somebody new signs up and is back at the app, not yet loaded. `items` is the storage of that browser. */
async function signedUp(on = demo) {
  const items = new Map();
  const first = openPage(`${APP}/start`, items);
  await client(on).auth.signUp({ redirect: `${APP}/home?a=b%20c#top` });
  const person = new Person(on.baseUrl);
  const email = freshEmail();
  const url = await person.signUp(first.went[0], email);
  return { items, person, email, page: openPage(url, items), url };
}

/** Somebody new is signed in at the app. */
async function signedIn(on = demo) {
  const came = await signedUp(on);
  const api = client(on);
  await api.auth.init();
  assert.equal(api.auth.getError(), null);
  return { ...came, api };
}

/** The sign-in as the browser keeps it. */
function kept(items, { saas } = demo) {
  const text = items.get(`dream_session_${saas.publishableKey}`);
  return text && JSON.parse(text);
}

/** A call of an app without a client. */
function post(path, body, headers = {}) {
  return fetch(demo.baseUrl + path, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'X-Publishable-Key': demo.saas.publishableKey,
      Origin: APP,
      ...headers,
    },
    body: JSON.stringify(body),
  });
}

/** The code of errors that all answers have. */
async function codesOf(answers) {
  return Promise.all(answers.map(async (answer) => (await answer.json()).code));
}

describe('a code', () => {
  test('signs in, leaves a clean address, and holds after a reload', async () => {
    const { api, page, items, email } = await signedIn();
    assert.equal(page.location.href, `${APP}/home?a=b%20c#top`);
    const user = api.auth.getUser();
    assert.match(user.id, /^user_/);
    assert.deepEqual(
      [user.email, user.plan, user.publishableKey, user.emailVerified],
      [email, 'free', demo.saas.publishableKey, false],
    );
    const { usage } = await api.usage.track();
    assert.deepEqual([usage.userId, usage.usageCount], [user.id, 1]);
    assert.equal((await api.me.get()).customer.email, email);

    openPage(`${APP}/home`, items);
    const again = client();
    await again.auth.init();
    assert.deepEqual(again.auth.getUser(), user);
    assert.equal((await again.usage.track()).usage.usageCount, 2);
  });

  test('gives a token for the origin of the app and no other', async () => {
    const { api } = await signedIn();
    const token = await api.auth.getToken();
    const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
    assert.equal(claims.azp, APP);
    assert.equal(claims.exp - claims.iat, 300);
    const from = (Origin) => post('/api/data', {}, { 'X-Clerk-Token': token, ...(Origin ? { Origin } : {}) });
    assert.equal((await from(APP)).status, 200);
    assert.equal((await from('http://localhost:4000')).status, 401);
  });

  test('exchanged 50 times at once is exchanged once', async () => {
    const { url, items } = await signedUp();
    const query = new URL(url).searchParams;
    const { verifier } = JSON.parse(items.get(`dream_flow_${query.get('state')}`));
    const body = { code: query.get('code'), codeVerifier: verifier };
    const answers = await Promise.all(Array.from({ length: 50 }, () => post('/auth/token', body)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    const refused = answers.filter(({ status }) => status !== 200);
    assert.deepEqual([...new Set(refused.map(({ status }) => status))], [401]);
    assert.deepEqual([...new Set(await codesOf(refused))], ['invalid_code']);
  });

  test('with another verifier is refused and used up', async () => {
    const { url, items, page } = await signedUp();
    const code = new URL(url).searchParams.get('code');
    const wrong = await post('/auth/token', { code, codeVerifier: 'w'.repeat(43) });
    assert.deepEqual([wrong.status, await codesOf([wrong])], [401, ['invalid_code']]);
    const api = client();
    await api.auth.init();
    assert.equal(api.auth.getError().errorCode, 'invalid_code');
    assert.deepEqual([api.auth.isSignedIn(), kept(items), page.location.search], [false, undefined, '?a=b%20c']);
  });

  test('of one project is nothing at another', async () => {
    const { url, items } = await signedUp();
    const query = new URL(url).searchParams;
    const { verifier } = JSON.parse(items.get(`dream_flow_${query.get('state')}`));
    const body = { code: query.get('code'), codeVerifier: verifier };
    const foreign = await post('/auth/token', body, { 'X-Publishable-Key': demo.store.publishableKey });
    assert.equal(foreign.status, 401);
    assert.equal((await post('/auth/token', body)).status, 200);
  });

  test('of another browser signs nobody in', async () => {
    const { url } = await signedUp();
    openPage(url, new Map());
    const api = client();
    await api.auth.init();
    assert.deepEqual([api.auth.isSignedIn(), api.auth.getError().errorCode], [false, 'sign_in_not_started']);
  });
});

describe('a refresh token', () => {
  test('gets fresh tokens and another refresh token', async () => {
    const { api, items } = await signedIn();
    const before = kept(items);
    await api.auth.refreshToken();
    const after = kept(items);
    assert.notEqual(after.refresh.token, before.refresh.token);
    assert.equal(await api.auth.getToken(), after.token);
    await api.usage.track();
    await api.auth.refreshToken();
    assert.equal(api.auth.isSignedIn(), true);
  });

  test('brings the new plan', async () => {
    const { api } = await signedIn();
    const heard = [];
    api.auth.onChange((user) => heard.push(user.plan));
    const { id } = api.auth.getUser();
    closePages();
    await new DreamAPI({ ...demo.saas, baseUrl: demo.baseUrl }).customers.update(id, { plan: 'pro' });
    await api.auth.refreshToken();
    assert.deepEqual([api.auth.getUser().plan, heard], ['pro', ['pro']]);
  });

  test('used a second time ends the session, for thief and owner', async () => {
    const { api, items } = await signedIn();
    const stolen = kept(items).refresh.token;
    await api.auth.refreshToken();
    const token = await api.auth.getToken();
    const thief = await post('/auth/refresh', { refreshToken: stolen });
    assert.deepEqual([thief.status, await codesOf([thief])], [401, ['invalid_refresh_token']]);
    const heard = [];
    api.auth.onChange((user) => heard.push(user));
    await assert.rejects(api.usage.track(), { status: 401, errorCode: 'token_revoked' });
    assert.deepEqual([api.auth.isSignedIn(), kept(items), heard], [false, undefined, [null]]);
    assert.equal((await post('/api/data', {}, { 'X-Clerk-Token': token })).status, 401);
  });

  test('whose answer was lost gets the same answer again, also after a reload', async () => {
    const { items } = await signedIn();
    const answers = [];
    const losing = async (input, init) => {
      const answer = await fetchFrom(APP)(input, init);
      if (!String(input).endsWith('/auth/refresh')) return answer;
      answers.push([answer.status, answer.headers.get('Idempotent-Replayed'), (await answer.json()).token]);
      throw new TypeError('connection reset');
    };
    openPage(`${APP}/home`, items);
    const unlucky = client(demo, { fetch: losing });
    await unlucky.auth.init();
    await assert.rejects(unlucky.auth.refreshToken(), { errorCode: 'connection_failed' });
    const [, , token] = answers[0];
    assert.deepEqual(answers, [
      [200, null, token],
      [200, 'true', token],
      [200, 'true', token],
    ]);
    openPage(`${APP}/home`, items);
    const api = client();
    await api.auth.init();
    await api.auth.refreshToken();
    assert.equal(await api.auth.getToken(), token);
    assert.equal((await api.usage.track()).success, true);
  });

  test('of ten tabs that wake up at once is used once', async () => {
    const { items } = await signedIn();
    const before = kept(items).refresh.token;
    const tabs = [];
    for (let tab = 0; tab < 10; tab += 1) {
      openPage(`${APP}/tab-${tab}`, items);
      const api = client();
      await api.auth.init();
      tabs.push(api);
    }
    await Promise.all(tabs.map((api) => api.auth.refreshToken()));
    const tokens = await Promise.all(tabs.map((api) => api.auth.getToken()));
    assert.deepEqual([...new Set(tokens)], [kept(items).token]);
    assert.notEqual(kept(items).refresh.token, before);
    await tabs[9].usage.track();
  });

  test('is taken by its project and origin only', async () => {
    const { items } = await signedIn();
    const body = { refreshToken: kept(items).refresh.token };
    const foreign = await post('/auth/refresh', body, { 'X-Publishable-Key': demo.store.publishableKey });
    assert.equal(foreign.status, 401);
    assert.equal((await post('/auth/refresh', body, { Origin: 'http://localhost:4000' })).status, 401);
    assert.equal((await post('/auth/refresh', body)).status, 200);
  });
});

describe('signing out', () => {
  test('ends the session of app and pages', async () => {
    const { api, items, person } = await signedIn();
    const { token, refresh } = kept(items);
    await api.auth.signOut();
    assert.deepEqual([api.auth.isSignedIn(), items.size], [false, 0]);
    const call = await post('/api/data', {}, { 'X-Clerk-Token': token });
    assert.deepEqual([call.status, await codesOf([call])], [401, ['token_revoked']]);
    assert.equal((await post('/auth/refresh', { refreshToken: refresh.token })).status, 401);
    const page = api.auth.getSignInUrl({ redirect: '/home' });
    await assert.rejects(person.goOn(page), /signed_out/);
  });

  test('with a refresh token that was used ends it as well, and an unknown one is fine', async () => {
    const { api, items } = await signedIn();
    const used = kept(items).refresh.token;
    await api.auth.refreshToken();
    const token = await api.auth.getToken();
    for (const refreshToken of [used, used, 'unknown']) {
      const answer = await post('/auth/revoke', { refreshToken });
      assert.deepEqual([answer.status, await answer.json()], [200, { success: true }]);
    }
    assert.equal((await post('/api/data', {}, { 'X-Clerk-Token': token })).status, 401);
  });
});

describe('a token in the address', () => {
  for (const [name, Client] of [
    ['@dream-api/sdk', Published],
    ['dream-sdk', DreamAPI],
  ]) {
    test(`signs in with ${name}`, async () => {
      const items = new Map();
      openPage(`${APP}/start`, items);
      const { publishableKey } = demo.saas;
      const config = { publishableKey, baseUrl: demo.baseUrl, signupUrl: demo.baseUrl };
      const email = freshEmail();
      const page = new Client(config).auth.getSignUpUrl({ redirect: '/home?a=b' });
      const url = await new Person(demo.baseUrl).signUp(page, email);
      for (const address of [url, `${APP}/home`]) {
        const { location } = openPage(address, items);
        const api = new Client(config);
        await api.auth.init();
        assert.equal(api.auth.isSignedIn(), true);
        assert.deepEqual([api.auth.getUser().email, api.auth.getUser().plan], [email, 'free']);
        assert.equal((await api.usage.track()).success, true);
        assert.equal(new URL(location.href).searchParams.get('a'), address === url ? 'b' : null);
      }
      assert.ok(!window.location.href.includes('__clerk_jwt'));
    });
  }
});

describe('tokens of a short life', () => {
  let short;
  before(async () => (short = await start({ DREAM_TOKENS_ACCESS_TOKEN_SECONDS: '1' })));
  after(() => short?.stop());

  test('one that the server calls expired is renewed and the call done, once', async () => {
    const { api, items } = await signedIn(short.demo);
    const key = `dream_session_${short.demo.saas.publishableKey}`;
    const session = kept(items, short.demo);
    // A clock that stood still: the client believes in its token.
    const believed = { ...session, renewAt: Date.now() + 3_600_000, endsAt: Date.now() + 3_600_000 };
    items.set(key, JSON.stringify(believed));
    openPage(`${APP}/home`, items);
    const sure = client(short.demo);
    await sure.auth.init();
    assert.equal(await sure.auth.getToken(), session.token);
    // The server allows for clocks that differ by five seconds.
    await sleep(7000);
    const { usage } = await sure.usage.track();
    assert.equal(usage.usageCount, 1);
    assert.notEqual(kept(items, short.demo).refresh.token, session.refresh.token);
    assert.equal((await api.usage.check()).usageCount, 1);
  });

  test('one that was set by hand is not', async () => {
    const { api } = await signedIn(short.demo);
    const token = await api.auth.getToken();
    await sleep(7000);
    const error = await api.usage.check({ userToken: token }).catch((error) => error);
    assert.ok(isDreamAPIException(error, 'token_expired'), String(error));
  });
});
