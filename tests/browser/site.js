/** A site on a free loopback port, until the end of the file. */
import { createServer } from 'node:http';

import { untilTheEnd } from './ending.js';

/**
 * Starts a site.
 *
 * @param {import('node:http').RequestListener} answer
 * @returns {Promise<{url: string, stop: () => Promise<void>}>}
 */
export function openSite(answer) {
  return untilTheEnd(listen(answer), (site) => site.stop());
}

async function listen(answer) {
  const server = createServer(answer);
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const stop = () =>
    new Promise((ended) => {
      server.close(() => ended());
      server.closeAllConnections();
    });
  // Another site than the server at 127.0.0.1, as in the world.
  return { url: `http://localhost:${server.address().port}`, stop };
}
