/** Chromium on this machine, and visitors in it: each a browser of its own that notes whatever goes wrong. */
import assert from 'node:assert/strict';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { chromium } from 'playwright-core';

import { untilTheEnd } from './ending.js';
import { PASSWORD } from './server.js';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Names of other machines are never looked up, so that nothing can leave this one.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
];
const OWN_HOSTS = ['127.0.0.1', 'localhost'];
/** How long a page may take to come to what is waited for, on a machine that does much else. */
const PATIENCE_MS = 15_000;

/** Starts Chromium until the end of the file: the one of DREAM_CHROMIUM, or the first on the PATH. */
export function launch() {
  const executablePath = process.env.DREAM_CHROMIUM ?? onPath();
  return untilTheEnd(chromium.launch({ executablePath, args: FLAGS }), (browser) => browser.close());
}

/** A test with visitors: when it fails, it tells what each of them sees; afterwards none is left. */
export function journey(name, run) {
  test(name, async () => {
    try {
      await run();
    } catch (error) {
      const seen = await Promise.all(visitors.map((visitor) => visitor.tell()));
      // Every file runs in a process of its own.
      const where = `In ${process.argv[1]}`;
      throw new Error([error.message, where, ...seen].join('\n\n'), { cause: error });
    } finally {
      await Promise.all(visitors.splice(0).map(({ context }) => context.close()));
    }
  });
}

/** Who came in this test. */
const visitors = [];

/**
 * Somebody with a browser of their own.
 *
 * @param {import('playwright-core').Browser} browser
 * @param {object} [options] of the browser context: `viewport`, `colorScheme`, `javaScriptEnabled`, …
 */
export async function visit(browser, options = {}) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PATIENCE_MS);
  const visitor = new Visitor(context, await context.newPage());
  visitors.push(visitor);
  return visitor;
}

class Visitor {
  /** What went wrong, in order: `401 /auth/sign-in`, `foreign https://…`, `console …`, `failed …`, `script …`. */
  trouble = [];

  constructor(context, page) {
    this.context = context;
    this.page = page;
    context.on('request', (request) => this.#request(request));
    context.on('requestfailed', (request) => this.#failed(request));
    context.on('response', (response) => this.#response(response));
    context.on('console', (message) => this.#console(message));
    context.on('weberror', (error) => this.trouble.push(`script ${error.error().message}`));
  }

  /** Signs up without a page; this browser then has the cookie. Answers the address. */
  async signUp(server, { email = server.freshEmail(), publishableKey = server.demo.saas.publishableKey } = {}) {
    await this.post(server, '/auth/sign-up', { publishableKey, email, password: PASSWORD });
    return email;
  }

  /** A call as the pages make it, with the cookies of this browser. */
  async post(server, path, data) {
    const answer = await this.context.request.post(server.url + path, { data, headers: { Origin: server.url } });
    assert.ok(answer.ok(), `${path}: ${answer.status()} ${await answer.text()}`);
    return answer.json();
  }

  /** Closes the browser. All that went wrong must be what was `expected`, no less and no more. */
  async leave(expected = []) {
    await this.context.close();
    assert.deepEqual(this.trouble, expected);
  }

  /** What stands on the pages now, and what went wrong. */
  async tell() {
    const texts = this.context.pages().map(async (page) => {
      const text = await page.innerText('body', { timeout: 1000 }).catch(String);
      return `At ${page.url()}\n${text.replace(/^/gm, '  | ')}`;
    });
    return [...(await Promise.all(texts)), `Trouble: ${JSON.stringify(this.trouble)}`].join('\n');
  }

  #request(request) {
    const { protocol, hostname } = new URL(request.url());
    if (/^(https?|wss?):$/.test(protocol) && !OWN_HOSTS.includes(hostname)) {
      this.trouble.push(`foreign ${request.url()}`);
    }
  }

  #failed(request) {
    const { errorText } = request.failure();
    const { hostname, pathname } = new URL(request.url());
    // Leaving a page ends what it still loads; of foreign hosts it is noted that they were asked at all.
    const isKnown = errorText === 'net::ERR_ABORTED' || !OWN_HOSTS.includes(hostname);
    if (!isKnown) this.trouble.push(`failed ${pathname} ${errorText}`);
  }

  #response(response) {
    if (response.status() >= 400) this.trouble.push(`${response.status()} ${new URL(response.url()).pathname}`);
  }

  #console(message) {
    const text = message.text();
    // Says again what a response or a failed request says.
    if (message.type() === 'error' && !text.startsWith('Failed to load resource')) this.trouble.push(`console ${text}`);
  }
}

function onPath() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
  if (!found) throw new Error(`none of ${NAMES.join(', ')} is on the PATH; set DREAM_CHROMIUM`);
  return found;
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
