// A page of somebody else, open in the browser of a developer who is signed in: what it sends changes nothing, what it
// asks for it may not read, and no page of ours stands in its frames. Once from another site, once from another port of
// the same one, where the browser sends the cookies along.

import assert from 'node:assert/strict';
import { before } from 'node:test';

import { journey, launch, visit } from './browser.js';
import { makeProject, newDeveloper } from './project.js';
import { PASSWORD, start, until } from './server.js';
import { openSite } from './site.js';

/** From another site cookies do not come along; from another port they do, and where the call comes from is what tells. */
const FOREIGN = {
  'another site': { host: 'localhost', refusals: [401, 403] },
  'another port': { host: '127.0.0.1', refusals: [403] },
};

let server;
let browser;
let site;
before(async () => {
  [server, browser] = await Promise.all([start(), launch()]);
  const icon = '<link rel="icon" href="data:," />';
  site = await openSite((_, response) => response.setHeader('Content-Type', 'text/html').end(icon));
});

for (const [what, { host, refusals }] of Object.entries(FOREIGN)) {
  const foreign = () => site.url.replace('localhost', host);

  journey(`${what}: forms change nothing`, async () => {
    const { visitor, email, pk } = await signedIn();
    const { page } = visitor;
    for (const [path, body] of Object.entries(await wishes(pk))) {
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
        await page.goto(foreign());
        const answered = page.waitForResponse((response) => response.url() === server.url + path);
        const arrived = page.waitForURL(server.url + path);
        await page.evaluate(post, { action: server.url + path, type, text: JSON.stringify(body) });
        const status = (await answered).status();
        await arrived;
        assert.ok(refusals.includes(status), `${type} to ${path}: ${status}`);
      }
    }
    await isAsItWas(visitor, { email, pk });
  });

  journey(`${what}: scripts change nothing and read nothing`, async () => {
    const { visitor, email, pk } = await signedIn();
    const { page } = visitor;
    await page.goto(foreign());
    for (const [path, body] of Object.entries(await wishes(pk))) {
      const wish = { url: server.url + path, body: JSON.stringify(body) };
      // Sent, but nothing of the answer may be seen; with the type of our own calls it is not even sent.
      assert.equal(await page.evaluate(send, { ...wish, mode: 'no-cors', type: 'text/plain' }), 'opaque', path);
      assert.equal(await page.evaluate(send, { ...wish, mode: 'cors', type: 'application/json' }), 'refused', path);
    }
    for (const path of ['/projects', '/auth/account', '/subscription', `/api/dashboard?publishableKey=${pk}`]) {
      assert.equal(await page.evaluate(send, { url: server.url + path, mode: 'cors' }), 'refused', path);
    }
    await isAsItWas(visitor, { email, pk });
  });

  journey(`${what}: no page of ours stands in a frame`, async () => {
    const { visitor, pk } = await signedIn();
    const { page } = visitor;
    const pages = ['/', '/dashboard', `/dashboard/${pk}/settings/delete`, `/dashboard/${pk}/developers`];
    const hosted = ['signin', 'signup', 'account', 'reset', 'pricing'].map((name) => `/${name}?pk=${pk}`);
    const paths = [...pages, ...hosted, '/account', '/docs', '/_dev/mail', '/r/none'];
    // Those of the sandbox have buttons that connect an account and pay.
    const sandbox = ['/', '/oauth/authorize?client_id=ca_1'].map((path) => server.demo.sandboxUrl + path);
    for (const url of [...paths.map((path) => server.url + path), ...sandbox]) {
      await page.goto(foreign());
      const answered = page.waitForResponse((response) => response.url() === url);
      await page.evaluate(frame, url);
      await answered;
      // Chromium puts a page of its own where it shows nothing.
      await until(`${url} is refused`, () => page.frames()[1]?.url().startsWith('chrome-error:'));
    }
    const refused = visitor.trouble.filter((told) => /frame-ancestors/.test(told));
    assert.ok(refused.length > 0, visitor.trouble.join('\n'));
  });
}

/** A developer with a project, and somebody else who would like to be taken for that developer. */
async function signedIn() {
  const visitor = await visit(browser);
  const email = await newDeveloper(visitor, server);
  const { pk } = await makeProject(visitor, server, 'Weather');
  return { visitor, email, pk };
}

/** What a foreign page might wish for: with the cookies of who looks at it each would do great harm. */
async function wishes(publishableKey) {
  const { rootPublishableKey } = await (await fetch(`${server.url}/api/config`)).json();
  const attacker = await newDeveloper(await visit(browser), server);
  return {
    '/auth/sign-in': { publishableKey: rootPublishableKey, email: attacker, password: PASSWORD },
    '/auth/sign-out': { publishableKey: rootPublishableKey },
    '/create-products': { projectName: 'Theirs', tiers: [{ name: 'free', price: 0, limit: 1 }] },
    '/projects/delete': { publishableKey, confirm: 'Weather' },
    '/projects/settings': { publishableKey, redirectOrigins: ['https://evil.example'] },
    '/projects/regenerate-secret': { publishableKey },
    '/promote-to-live': { publishableKey },
    '/projects/rotate-key': { publishableKey, overlapSeconds: 0 },
  };
}

/** Still signed in as the same, with the one project as it was. */
async function isAsItWas(visitor, { email, pk }) {
  const answer = await visitor.context.request.get(`${server.url}/projects`, { headers: { Origin: server.url } });
  assert.equal(answer.status(), 200);
  const { projects } = await answer.json();
  assert.deepEqual(
    projects.map(({ publishableKey, name, mode, redirectOrigins, keys }) => ({
      publishableKey,
      name,
      mode,
      keys: keys.map(({ status }) => status),
      origins: (redirectOrigins ?? []).filter((origin) => /evil/.test(origin)),
    })),
    [{ publishableKey: pk, name: 'Weather', mode: 'test', keys: ['active'], origins: [] }],
  );
  const { tiers } = await (await fetch(`${server.url}/api/tiers`, { headers: { 'X-Publishable-Key': pk } })).json();
  assert.deepEqual(
    tiers.map(({ name }) => name),
    ['free', 'pro'],
  );
  await visitor.page.goto(server.url);
  await visitor.page.getByText(`You are signed in as ${email}`).waitFor();
}

/** Runs in the foreign page: a form that sends itself. With text/plain its body is JSON but for an end that is no harm. */
function post({ action, type, text }) {
  const form = document.createElement('form');
  Object.assign(form, { method: 'post', enctype: type, action });
  const field = (name, value) => {
    const input = document.createElement('input');
    Object.assign(input, { type: 'hidden', name, value });
    form.append(input);
  };
  if (type === 'text/plain') field(`${text.slice(0, -1)}, "end": "`, '"}');
  else for (const [name, value] of Object.entries(JSON.parse(text))) field(name, value);
  document.body.append(form);
  form.submit();
}

/** Runs in the foreign page: a call with the cookies of our site. */
async function send({ url, mode, type, body }) {
  const method = body === undefined ? 'GET' : 'POST';
  const headers = type ? { 'Content-Type': type } : {};
  try {
    const answer = await fetch(url, { method, mode, headers, body, credentials: 'include' });
    return answer.type === 'opaque' ? 'opaque' : `read ${answer.status}`;
  } catch {
    return 'refused';
  }
}

/** Runs in the foreign page: shows another one inside. */
function frame(url) {
  const element = document.createElement('iframe');
  element.src = url;
  document.body.append(element);
}
