// The official Python client: python/test_sandbox.py, in a virtual environment made once below target/.
// Skipped, with the reason, where Python or the package cannot be had.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { access, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { start } from './sandbox.js';

const run = promisify(execFile);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const venv = here('../../target/python-stripe');
const python = join(venv, 'bin', 'python');

test('the official Python client', async (t) => {
  const reason = await missing();
  if (reason) return t.skip(reason);
  const sandbox = await start();
  t.after(sandbox.stop);
  const env = { ...process.env, SANDBOX_URL: sandbox.base, NO_PROXY: '*', no_proxy: '*' };
  const tests = run(python, [here('python/test_sandbox.py')], { env });
  await tests.catch((error) => assert.fail(`${error.stdout}${error.stderr}`));
});

/** Why the tests cannot run; nothing if the environment is there or was made. */
async function missing() {
  if (await isInstalled()) return undefined;
  try {
    await run('python3', ['-m', 'venv', '--clear', venv]);
  } catch {
    return 'python3 with its venv module is not installed';
  }
  try {
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    await run(python, [...install, '--requirement', here('python/requirements.txt')], { timeout: 120_000 });
  } catch {
    await rm(venv, { recursive: true, force: true });
    return 'the Python package stripe is not installed and cannot be downloaded here';
  }
  return undefined;
}

/** Whether the environment holds the version that the requirements name. */
async function isInstalled() {
  try {
    await access(python);
    const asked = (await readFile(here('python/requirements.txt'), 'utf8')).trim();
    const { stdout } = await run(python, ['-c', 'import stripe; print(f"stripe=={stripe.VERSION}")']);
    return stdout.trim() === asked;
  } catch {
    return false;
  }
}
