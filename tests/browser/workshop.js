/** Where code that developers are shown is run: in a folder of its own, with our SDK at hand. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { untilTheEnd } from './ending.js';
import { until } from './server.js';
import { openSite } from './site.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const RUN_WITHIN_MS = 300_000;
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** Makes a folder with these files, until the end of the file. Packages are those of the repository. */
export async function folder(files) {
  const place = await untilTheEnd(mkdtemp(join(tmpdir(), 'dream-api-workshop-')), (path) =>
    rm(path, { recursive: true, force: true }),
  );
  await symlink(join(ROOT, 'node_modules'), join(place, 'node_modules'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(place, name)), { recursive: true });
    await writeFile(join(place, name), text);
  }
  return place;
}

/** Installs packages of others in a folder, and our SDK as it would be published. */
export async function installed(place, packages) {
  await rm(join(place, 'node_modules'));
  await writeFile(join(place, 'package.json'), JSON.stringify({ name: 'workshop', private: true, type: 'module' }));
  await runIn(place, ['npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', ...packages]);
  const ours = join(place, 'node_modules', 'dream-sdk');
  for (const part of ['package.json', 'dist']) await cp(join(ROOT, 'sdk', part), join(ours, part), { recursive: true });
}

/** Builds a page of the framework around an entry. */
export async function built(place, framework, entry) {
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Weather</title><link rel="icon" href="data:,">
<div id="app"></div><script type="module" src="/${entry}"></script></html>`;
  const config = `import plugin from '@vitejs/plugin-${framework}';
export default { plugins: [plugin()], build: { outDir: 'dist' } };
`;
  await writeFile(join(place, 'index.html'), page);
  await writeFile(join(place, 'vite.config.mjs'), config);
  await runIn(place, [join(place, 'node_modules', '.bin', 'vite'), 'build']);
}

/** Serves what was built. */
export function serveFolder(place) {
  return openSite(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const name = extname(pathname) ? pathname : '/index.html';
    response.setHeader('Content-Type', TYPES[extname(name)] ?? 'application/octet-stream');
    const body = await readFile(join(place, 'dist', name)).catch(() => null);
    response.writeHead(body ? 200 : 404).end(body);
  });
}

/** Builds an app of Next and serves it, until the end of the file. */
export async function serveNext(place, variables) {
  const next = join(place, 'node_modules', '.bin', 'next');
  await runIn(place, [next, 'build'], variables);
  const { url, stop } = await openSite(() => {});
  // The port was free a moment ago.
  await stop();
  const env = { ...process.env, ...variables, NEXT_TELEMETRY_DISABLED: '1' };
  const ways = ['start', '--hostname', '127.0.0.1', '--port', new URL(url).port];
  const child = spawn(next, ways, { cwd: place, env, stdio: 'ignore' });
  const ended = once(child, 'close');
  await untilTheEnd(Promise.resolve(child), async () => {
    child.kill();
    await ended;
  });
  const origin = url.replace('localhost', '127.0.0.1');
  await until('Next answers', () => fetch(origin).catch(() => null), RUN_WITHIN_MS);
  return { url: origin };
}

/** Runs a program in a folder; answers what it said. */
export async function runIn(place, [program, ...args], variables = {}) {
  const env = { ...process.env, ...variables, NEXT_TELEMETRY_DISABLED: '1' };
  const running = promisify(execFile)(program, args, { cwd: place, env, timeout: RUN_WITHIN_MS });
  const { stdout } = await running.catch((error) => {
    throw new Error([error.message, error.stdout, error.stderr].join('\n'));
  });
  return stdout;
}
