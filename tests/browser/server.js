/** The binary named by DREAM_BIN, with fresh data on a free port, and what a test does there without a browser. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { DreamAPI } from 'dream-sdk';

import { untilTheEnd } from './ending.js';

/** The password of everybody in these tests. */
export const PASSWORD = 'several words together';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 30_000;
const ASK_EVERY_MS = 20;

/**
 * Starts a server and waits until it is ready. It runs until the end of the file, or until `stop()`.
 *
 * @param {Record<string, string>} [settings] variables of the server
 * @returns {Promise<Server>}
 */
export function start(settings = {}) {
  return untilTheEnd(run(settings), (server) => server.stop());
}

async function run(settings) {
  const folder = await mkdtemp(join(tmpdir(), 'dream-api-browser-'));
  const data = join(folder, 'data');
  const log = await open(join(folder, 'output.log'), 'w');
  const child = spawn(resolve(ROOT, process.env.DREAM_BIN ?? 'target/debug/dream-api'), [], {
    cwd: folder,
    env: { ...ownEnvironment(), ...listening(data), ...settings },
    stdio: ['ignore', log.fd, log.fd],
  });
  const ended = once(child, 'close').catch((error) => [error.message]);
  let stopped;
  const clear = async () => {
    await end(child, ended);
    await log.close();
    await rm(folder, { recursive: true, force: true });
  };
  const stop = () => (stopped ??= clear());
  try {
    const demo = await ready(child, data);
    await checkPages(demo.baseUrl);
    return new Server(demo, stop);
  } catch (error) {
    const said = await readFile(join(folder, 'output.log'), 'utf8');
    await stop();
    throw new Error(`${error.message}; it said:\n${said}`);
  }
}

/** A running server with its demo data. */
class Server {
  #people = 0;

  constructor(demo, stop) {
    this.demo = demo;
    this.url = demo.baseUrl;
    /** Ends the process and removes its data. */
    this.stop = stop;
  }

  /** An address nobody has used yet. */
  freshEmail(name = 'person') {
    this.#people += 1;
    return `${name}-${this.#people}@example.com`;
  }

  /** The address of a hosted page; `redirect` and more go into its query. */
  page(name, query = {}) {
    const all = { pk: this.demo.saas.publishableKey, ...query };
    const given = Object.entries(all).filter(([, value]) => value !== undefined);
    return `${this.url}/${name}?${new URLSearchParams(given)}`;
  }

  /** A call with a key or token, answered as JSON. */
  call(method, path, key, body) {
    return answered(this.url + path, method, { Authorization: `Bearer ${key}` }, body);
  }

  /** A call of our pages in a browser without cookies, answered as JSON. */
  fromPage(path, body) {
    return answered(this.url + path, 'POST', { Origin: this.url }, body);
  }

  /** A call as the demo developer. */
  asDeveloper(method, path, body) {
    return this.call(method, path, this.demo.developerToken, body);
  }

  /** Moves business time forward; answers when all that became due has happened. */
  async advance(seconds) {
    await answered(`${this.url}/_dev/clock`, 'POST', {}, { advanceSeconds: seconds });
  }

  /** A call of the sandbox's control: `pay`, `misbehave` and so on. */
  control(path, body) {
    return answered(`${this.demo.sandboxUrl}/_control/${path}`, 'POST', {}, body);
  }

  /** A client of a developer's own server; of the demo saas project unless another secret is given. */
  backend(secretKey = this.demo.saas.secretKey) {
    return new DreamAPI({ secretKey, baseUrl: this.url });
  }

  /** Buys a plan for a user of a developer's server; afterwards it is in force. */
  async buyPlan(api, userId, tier, ways = {}) {
    const { sessionId } = await api.billing.createCheckout({ tier, ...ways }, { userId });
    await this.control(`checkout/${sessionId}/pay`, { card: '4242424242424242' });
    const { paid, plan } = await api.billing.getCheckout(sessionId, { userId });
    assert.deepEqual([paid, plan], [true, tier]);
  }

  /** A new saas project of the demo developer, with these settings; answers its publishable key. */
  async project(name, settings = {}, mode = 'test') {
    const tiers = [
      { name: 'free', displayName: 'Free', price: 0, limit: 5, isDefault: true },
      { name: 'pro', displayName: 'Pro', price: 1900, limit: 500 },
    ];
    const made = { projectName: name, projectType: 'saas', mode, tiers };
    const { publishableKey } = await this.asDeveloper('POST', '/create-products', made);
    await this.asDeveloper('POST', '/projects/settings', { publishableKey, ...settings });
    return publishableKey;
  }

  /** The mails to an address, newest first, as soon as there are `count`. */
  async mails(to, count = 1) {
    const query = new URLSearchParams({ to, limit: '20' });
    return until(`${count} mails to ${to}`, async () => {
      const answer = await fetch(`${this.url}/_dev/mail?${query}`, { headers: { Accept: 'application/json' } });
      const { messages } = await answer.json();
      return messages.length >= count ? messages : null;
    });
  }

  /** The code in the newest of `count` mails. */
  async code(to, count = 1) {
    const [{ subject }] = await this.mails(to, count);
    return subject.match(/^\d{6}/)[0];
  }

  /** The link in the newest of `count` mails. */
  async link(to, count = 1) {
    const [{ text }] = await this.mails(to, count);
    return text.match(/https?:\S+/)[0];
  }
}

async function answered(url, method, headers, body) {
  const all = { 'Content-Type': 'application/json', ...headers };
  const answer = await fetch(url, { method, headers: all, ...(body ? { body: JSON.stringify(body) } : {}) });
  const told = await answer.json();
  assert.ok(answer.ok, `${method} ${url}: ${answer.status} ${JSON.stringify(told)}`);
  return told;
}

/** Asks until the answer is not empty. */
export async function until(what, ask, within = 10_000) {
  const deadline = Date.now() + within;
  while (Date.now() < deadline) {
    const answer = await ask();
    if (answer) return answer;
    await pause(ASK_EVERY_MS);
  }
  throw new Error(`not within ${within} ms: ${what}`);
}

function ownEnvironment() {
  const foreign = ([name]) => !/^(DREAM_|STRIPE_|CLERK_|FRONTEND_URL)/.test(name);
  return Object.fromEntries(Object.entries(process.env).filter(foreign));
}

function listening(data) {
  return {
    DREAM_DATA_DIR: data,
    DREAM_LISTEN: '127.0.0.1:0',
    DREAM_SANDBOX_LISTEN: '127.0.0.1:0',
    DREAM_DEMO_SAMPLE: 'false',
  };
}

function ready(child, data) {
  let failed;
  child.once('error', (error) => (failed = error));
  const look = async () => {
    if (failed) throw failed;
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const text = await readFile(join(data, 'demo.json'), 'utf8').catch(() => 'null');
    const demo = JSON.parse(text);
    const answer = demo && (await fetch(`${demo.baseUrl}/ready`).catch(() => null));
    return answer?.status === 200 ? demo : null;
  };
  return until('the server is ready', look, READY_WITHIN_MS);
}

/** A binary that was built with DREAM_WEB=skip would fail every test, late and in strange words. */
async function checkPages(url) {
  const page = await (await fetch(url)).text();
  if (!page.includes('/assets-web/')) throw new Error('the server was built without its pages');
}

async function end(child, ended) {
  if (child.pid === undefined) return;
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await ended;
  clearTimeout(late);
}
