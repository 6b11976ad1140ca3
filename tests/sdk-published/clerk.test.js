// Clerk's own verifier takes our tokens with nothing but our public key.

import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { after, before, describe, test } from 'node:test';

import { verifyToken } from '@clerk/backend';

import { start } from './server.js';

let server;
let demo;
let jwtKey;
before(async () => {
  server = await start();
  demo = server.demo;
  jwtKey = await publicKey();
});
after(() => server?.stop());

/** The key that signs, as the text that a developer would paste into the settings of his server. */
async function publicKey() {
  const { keys } = await (await fetch(`${demo.baseUrl}/.well-known/jwks.json`)).json();
  const { kid } = part(demo.userToken, 0);
  const jwk = keys.find((key) => key.kid === kid);
  return createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
}

function part(token, index) {
  return JSON.parse(Buffer.from(token.split('.')[index], 'base64url'));
}

/** The token with another payload and the old signature. */
function tampered(token, change) {
  const [header, , signature] = token.split('.');
  const payload = Buffer.from(JSON.stringify({ ...part(token, 1), ...change })).toString('base64url');
  return [header, payload, signature].join('.');
}

describe('a user token', () => {
  test('is taken, with all its claims', async () => {
    const claims = await verifyToken(demo.userToken, { jwtKey });
    assert.equal(claims.sub, demo.userId);
    assert.equal(claims.iss, demo.baseUrl);
    assert.match(claims.sid, /^sess_/);
    assert.equal(claims.plan, 'free');
    assert.equal(claims.publishableKey, demo.saas.publishableKey);
    assert.deepEqual(claims.publicMetadata, { plan: 'free', publishableKey: demo.saas.publishableKey });
    assert.ok(claims.exp > claims.iat);
  });

  test('is taken for the party it was made for, and for no other', async () => {
    const { azp } = part(demo.userToken, 1);
    await verifyToken(demo.userToken, { jwtKey, authorizedParties: [azp] });
    await assert.rejects(verifyToken(demo.userToken, { jwtKey, authorizedParties: ['https://other.example'] }));
  });

  test('that was tampered with is refused', async () => {
    const [header, payload, signature] = demo.userToken.split('.');
    const other = signature.startsWith('A') ? 'B' : 'A';
    for (const token of [
      tampered(demo.userToken, { plan: 'max' }),
      tampered(demo.userToken, { sub: 'user_other' }),
      [header, payload, other + signature.slice(1)].join('.'),
      [header, payload, ''].join('.'),
      [Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url'), payload, ''].join('.'),
    ]) {
      await assert.rejects(verifyToken(token, { jwtKey }), { name: 'Error' });
    }
  });

  test('of another server is refused', async () => {
    const other = await start();
    try {
      await assert.rejects(verifyToken(other.demo.userToken, { jwtKey }));
    } finally {
      await other.stop();
    }
  });

  test('of a customer, minted by the server, is taken too', async () => {
    const answer = await fetch(`${demo.baseUrl}/api/customers/${demo.userId}/tokens`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${demo.saas.secretKey}` },
    });
    const { token, expiresAt } = await answer.json();
    const claims = await verifyToken(token, { jwtKey });
    assert.equal(claims.sub, demo.userId);
    assert.equal(claims.exp, Math.floor(expiresAt / 1000));
  });
});
