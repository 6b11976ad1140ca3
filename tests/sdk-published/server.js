// Starts the binary named by DREAM_BIN with fresh data on a free port, and ends it by its process id.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 30_000;

/** A running server: `demo` is its demo.json, `dataDir` its data folder, `stop()` ends it. `settings` are variables. */
export async function start(settings = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'dream-api-'));
  const dataDir = join(folder, 'data');
  const log = await open(join(folder, 'output.log'), 'w');
  const child = spawn(resolve(root, process.env.DREAM_BIN ?? 'target/debug/dream-api'), [], {
    cwd: folder,
    env: { ...environment(dataDir), ...settings },
    stdio: ['ignore', log.fd, log.fd],
  });
  const ended = once(child, 'close').catch((error) => [error.message]);
  const stop = async () => {
    await end(child, ended);
    await log.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return { demo: await ready(child, dataDir), dataDir, stop };
  } catch (error) {
    const said = await readFile(join(folder, 'output.log'), 'utf8');
    await stop();
    throw new Error(`${error.message}; it said:\n${said}`);
  }
}

/** Our own environment without settings that are meant for another server. */
function environment(dataDir) {
  const foreign = ([name]) => !/^(DREAM_|STRIPE_|CLERK_|FRONTEND_URL)/.test(name);
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(foreign)),
    DREAM_DATA_DIR: dataDir,
    DREAM_LISTEN: '127.0.0.1:0',
    DREAM_SANDBOX_LISTEN: '127.0.0.1:0',
    DREAM_DEMO_SAMPLE: 'false',
  };
}

async function ready(child, dataDir) {
  let failed;
  child.once('error', (error) => (failed = error));
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    if (failed) throw failed;
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const demo = await readFile(join(dataDir, 'demo.json'), 'utf8')
      .then(JSON.parse)
      .catch(() => null);
    const answer = demo && (await fetch(`${demo.baseUrl}/ready`).catch(() => null));
    if (answer?.status === 200) return demo;
    await sleep(20);
  }
  throw new Error(`the server is not ready after ${READY_WITHIN_MS} ms`);
}

async function end(child, ended) {
  if (child.pid === undefined) return;
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await ended;
  clearTimeout(late);
}
