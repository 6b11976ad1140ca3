// Every state of every hosted page: nothing goes wrong in the browser, axe finds nothing serious in light or dark, wide
// or narrow, and a phone never scrolls sideways.

import { before } from 'node:test';

import { journey, launch, visit } from './browser.js';
import { isSoundInEveryLook, LOOKING } from './looks.js';
import { start as startIssuer } from './oidc.js';
import { start } from './server.js';
import { addresses, prepare, STATES } from './states.js';

let server;
let browser;
let issuer;
let prepared;
before(async () => {
  [server, browser] = await Promise.all([start(), launch()]);
  issuer = await startIssuer({ redirectUris: [`${server.url}/auth/callback/acme`] });
  prepared = await prepare(server, issuer, await drawLogo());
});

for (const [name, { open, trouble = [] }] of Object.entries(STATES)) {
  journey(name, async () => {
    const visitor = await visit(browser, LOOKING);
    const { page } = visitor;
    await open({ visitor, page, server, at: addresses(server), ...prepared });
    await isSoundInEveryLook(page, name);
    await visitor.leave(trouble);
  });
}

/** A picture as a developer might upload it. */
async function drawLogo() {
  const page = await browser.newPage({ viewport: { width: 128, height: 128 } });
  await page.setContent('<body style="margin:0;background:radial-gradient(circle,#ffe14d 40%,#1d4ed8 42%)">');
  const logo = await page.screenshot();
  await page.close();
  return logo;
}
