// Shows every page without the server: the built files, sample contexts and canned answers.
//
//   npm run build -w web && npm run preview -w web
//
// Then open /signin?pk=pk_live_weather&redirect=http://localhost:3000/ (other keys: contexts.mjs). `as=ada` signs
// somebody in; /dashboard?as=ada is the dashboard. The code is 424242, links work with token=good or token=elsewhere, a password that begins with
// "wrong" is wrong, `ahead=60` moves business time by a minute, and addresses that begin with busy, broken or taken are answered with that trouble.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { answer } from './answers.mjs';
import { contextOf } from './contexts.mjs';
import { dashboardAnswer } from './dashboard.mjs';

const DIST = fileURLToPath(new URL('../dist', import.meta.url));
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' };
const LATENCY_MS = 250;

/** Listens on a loopback port (0: any) and answers the server and its address. */
export async function listen(port) {
  const server = createServer((request, response) => void handle(request, response));
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { server, origin: `http://127.0.0.1:${server.address().port}` };
}

async function handle(request, response) {
  const origin = `http://${request.headers.host}`;
  const url = new URL(request.url, origin);
  if (url.pathname.startsWith('/assets-web/')) return asset(url, response);
  if (request.headers.accept?.includes('application/json')) return call(request, url, response);
  const page = await readFile(join(DIST, 'index.html'), 'utf8');
  const context = JSON.stringify(contextOf(url, origin)).replaceAll('<', '\\u003c');
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': POLICY });
  response.end(
    page.replace('<!--context-->', () => `<script type="application/json" id="context">${context}</script>`),
  );
}

async function asset(url, response) {
  const name = url.pathname.slice('/assets-web/'.length);
  const bytes = /^[\w.-]+$/.test(name) ? await readFile(join(DIST, name)).catch(() => null) : null;
  response.writeHead(bytes ? 200 : 404, { 'Content-Type': TYPES[extname(name)] ?? 'application/octet-stream' });
  response.end(bytes);
}

async function call(request, url, response) {
  let text = '';
  for await (const piece of request) text += piece;
  await sleep(LATENCY_MS);
  const sent = JSON.parse(text || '{}');
  const asked = {
    method: request.method,
    path: url.pathname,
    query: url.searchParams,
    pk: request.headers['x-publishable-key'] ?? '',
    body: sent,
  };
  const { status, body, retryAfter } = dashboardAnswer(asked) ?? answer(url.pathname, sent);
  response.writeHead(status, {
    'Content-Type': 'application/json',
    ...(retryAfter ? { 'Retry-After': retryAfter } : {}),
    ...aheadOf(request),
  });
  response.end(JSON.stringify(body));
}

/** How far business time is ahead, as the address of the page that asks says. */
function aheadOf({ headers: { referer } }) {
  const seconds = URL.canParse(referer ?? '') ? new URL(referer).searchParams.get('ahead') : null;
  return seconds ? { 'X-Business-Time-Ahead': seconds } : {};
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { origin } = await listen(Number(process.env.PORT ?? 5190));
  console.log(`${origin}/signin?pk=pk_live_weather&redirect=http://localhost:3000/`);
}
