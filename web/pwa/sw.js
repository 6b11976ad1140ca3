// The service worker of the dashboard. It keeps the files of the pages, which are the same for everybody, and says
// when the server cannot be reached. No page and no answer of the API is ever kept: they belong to somebody.

/** Put in by the build: the addresses of all files, and the page for when there is no connection. */
const [FILES, OFFLINE] = self.built;
const CACHE = 'files';
const HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
};

self.addEventListener('install', (event) => event.waitUntil(keep()));
self.addEventListener('activate', (event) => event.waitUntil(prune()));
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.mode === 'navigate') event.respondWith(fetch(request).catch(offline));
  else if (origin === self.location.origin && FILES.includes(pathname)) event.respondWith(kept(request));
});

async function keep() {
  const cache = await caches.open(CACHE);
  const known = await paths(cache);
  await cache.addAll(FILES.filter((path) => !known.includes(path)));
}

/** Runs when no page of an earlier build is open any more. */
async function prune() {
  const cache = await caches.open(CACHE);
  const old = (await paths(cache)).filter((path) => !FILES.includes(path));
  await Promise.all(old.map((path) => cache.delete(path, { ignoreVary: true })));
}

async function kept(request) {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}

async function paths(cache) {
  return (await cache.keys()).map(({ url }) => new URL(url).pathname);
}

function offline() {
  return new Response(OFFLINE, { status: 503, headers: HEADERS });
}
