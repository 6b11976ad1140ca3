/**
 * A real OpenID Connect issuer on loopback: the npm package `oidc-provider`, with one client and one
 * person. Its sign-in page is three buttons, so that a browser test can press them.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { Provider } from 'oidc-provider';

import { openSite } from './site.js';

/** Whom the issuer knows. */
export const PERSON = {
  sub: 'ada-at-acme',
  email: 'ada@acme.example',
  email_verified: true,
  given_name: 'Ada',
  family_name: 'Lovelace',
};

/** What the buttons of the issuer's page say. */
export const BUTTON = 'Continue as ada@acme.example';
export const CANCEL = 'Cancel';
export const FAIL = 'Fail';

/**
 * Starts an issuer on a free port, until the end of the file.
 *
 * @param {object} options
 * @param {string[]} options.redirectUris where it may send people back to, such as
 *   `http://127.0.0.1:8787/auth/callback/acme`
 * @param {object} [options.person] claims that differ from {@link PERSON}
 * @returns {Promise<{issuer: string, clientId: string, clientSecret: string}>} what a developer enters as the provider
 *   of a project
 */
export async function start({ redirectUris, person = {} }) {
  let answer;
  const { url: issuer } = await openSite((request, response) => answer(request, response));
  const client = { clientId: 'weather-api', clientSecret: randomBytes(24).toString('base64url') };
  const claims = { ...PERSON, ...person };
  const provider = new Provider(issuer, configuration(client, redirectUris, claims));
  const protocol = provider.callback();
  answer = (request, response) => {
    const page = request.url.startsWith('/interaction/');
    (page ? interact(provider, claims.sub, request, response) : protocol(request, response)).catch((error) => {
      response.statusCode = 500;
      response.end(String(error));
    });
  };
  return { issuer, ...client };
}

function configuration({ clientId, clientSecret }, redirectUris, claims) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'loopback' };
  return {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: redirectUris,
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['given_name', 'family_name', 'name'],
    },
    cookies: { keys: [randomBytes(24).toString('hex')] },
    features: { devInteractions: { enabled: false } },
    findAccount: (_context, accountId) => ({ accountId, claims: () => claims }),
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    jwks: { keys: [key] },
    pkce: { required: () => true },
    ttl: { AccessToken: 300, AuthorizationCode: 60, Grant: 600, IdToken: 300, Interaction: 600, Session: 600 },
  };
}

const PAGE = `<!doctype html>
<html lang="en">
  <title>Acme</title>
  <link rel="icon" href="data:," />
  <h1>Acme</h1>
  <form method="post">
    <button>${BUTTON}</button>
    <button formaction="?error=access_denied">${CANCEL}</button>
    <button formaction="?error=temporarily_unavailable">${FAIL}</button>
  </form>
</html>`;

/** One page for sign-in and consent. */
async function interact(provider, accountId, request, response) {
  const { params } = await provider.interactionDetails(request, response);
  if (request.method !== 'POST') {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(PAGE);
    return;
  }
  const error = new URL(request.url, provider.issuer).searchParams.get('error');
  if (error) {
    await provider.interactionFinished(request, response, { error }, { mergeWithLastSubmission: false });
    return;
  }
  const grant = new provider.Grant({ accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const result = { login: { accountId }, consent: { grantId: await grant.save() } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}
