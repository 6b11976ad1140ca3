// Starts the sandbox named by DREAM_SANDBOX_BIN with fresh state on a free port, and clients of it.
// Built by `cargo build -p dream-sandbox --example serve`.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Stripe from 'stripe';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A running sandbox: `base` is its address, `stripe(key, options)` a client, `control(path, body)` a call of `/_control`. */
export async function start() {
  const folder = await mkdtemp(join(tmpdir(), 'dream-sandbox-'));
  const binary = resolve(root, process.env.DREAM_SANDBOX_BIN ?? 'target/debug/examples/serve');
  const child = spawn(binary, [folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [base] = await once(createInterface(child.stdout), 'line');
  const stop = async () => {
    const ended = once(child, 'close');
    child.stdin.end();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  return {
    base,
    stop,
    stripe: (key, options) => client(base, key, options),
    control: (...call) => control(base, ...call),
  };
}

/** An endpoint for webhooks: `url`, `next()` waits for a delivery `{signature, body}`, `stop()` ends it. */
export async function receive() {
  const came = [];
  const waiting = [];
  const server = createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const delivery = { signature: request.headers['stripe-signature'], body: Buffer.concat(pieces).toString() };
    const taker = waiting.shift();
    if (taker) taker(delivery);
    else came.push(delivery);
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}/hook`,
    next: () => (came.length > 0 ? Promise.resolve(came.shift()) : new Promise((taken) => waiting.push(taken))),
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A client whose API and Connect bases are both the sandbox. */
function client(base, key = 'sk_test_npm', options = {}) {
  const { hostname, port } = new URL(base);
  return new Stripe(key, {
    host: hostname,
    port,
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
    ...options,
  });
}

async function control(base, path, body, method = 'POST') {
  const answer = await fetch(`${base}/_control/${path}`, { method, body: body && JSON.stringify(body) });
  return answer.json();
}
