// Canned answers to the calls of the pages. What is typed chooses them.

import { ADA } from './contexts.mjs';

const NOW = Date.now();
const MAILED = { status: 'verify', flow: 'flow_1', resendAfterSeconds: 5 };

/** The answer to a call: status and body. */
export function answer(path, body) {
  return trouble(body) ?? CALLS[path]?.(body) ?? problem(404, 'not_found', 'There is nothing under this address.');
}

const CALLS = {
  '/auth/sign-up': ({ email, publishableKey }) =>
    ok(publishableKey.startsWith('pk_test') && !email.includes('clerk_test') ? { status: 'complete' } : MAILED),
  '/auth/sign-in': ({ email, password }) => {
    if (password.startsWith('wrong'))
      return problem(401, 'invalid_credentials', 'The e-mail address or the password is wrong.');
    return ok(email.startsWith('new') ? MAILED : { status: 'complete' });
  },
  '/auth/verify': ({ code, token, password }) =>
    code === '424242' || token === 'good' ? ok({ status: 'complete' }) : elsewhere({ token, password }),
  '/auth/resend': () => ok({ ...MAILED, status: 'sent', flow: 'flow_2' }),
  '/auth/forgot': () => ok(MAILED),
  '/auth/reset': ({ code, token }) => (code === '424242' || token === 'good' ? ok({ status: 'complete' }) : refused()),
  '/auth/continue': ({ redirect }) => ok({ url: redirect ? `${redirect}?code=once` : '/' }),
  '/auth/session': ({ publishableKey }) => ok({ user: { ...ADA, publishableKey } }),
  '/auth/sign-out': () => ok({ success: true }),
  '/auth/account': ({ publishableKey }) => ok(account(publishableKey)),
  '/auth/account/identities/remove': () => ok({ success: true }),
  '/auth/account/profile': ({ publishableKey }) => ok({ user: { ...ADA, publishableKey } }),
  '/auth/account/password': ({ currentPassword }) =>
    currentPassword?.startsWith('wrong')
      ? problem(401, 'invalid_credentials', 'The password is wrong.')
      : ok({ success: true }),
  '/auth/account/email': () => ok(MAILED),
  '/auth/account/sessions/end': () => ok({ success: true }),
  '/auth/account/delete': () => ok({ success: true }),
  '/get-platform-id': () => problem(404, 'platform_not_found', 'The developer has no platform yet.'),
  '/generate-platform-id': () => ok({ platformId: 'plt_0f8c1d2e3b4a59687786a5b4c3d2e1f0' }),
};

/** Addresses that begin like this are answered with trouble, whatever the call. */
function trouble({ email = '' }) {
  if (email.startsWith('busy')) return { ...problem(429, 'rate_limited', 'Too many calls.'), retryAfter: 42 };
  if (email.startsWith('broken')) return problem(500, 'internal', 'Something is wrong on our side.');
  if (!email.startsWith('taken')) return null;
  return problem(422, 'invalid_value', 'password is too common', [
    { location: 'password', message: 'is too common', fix: 'Choose one that is not on every list' },
  ]);
}

/** A link of another browser wants the password too. */
function elsewhere({ token, password }) {
  if (token !== 'elsewhere') return refused();
  if (password) return ok({ status: 'complete' });
  return problem(403, 'reauthentication_required', 'This is another browser.', [
    { location: 'password', message: 'is not the password of the account', fix: 'Type the password you chose' },
  ]);
}

function refused() {
  return problem(401, 'invalid_code', 'The code is wrong, was used, or is past its end.');
}

function account(publishableKey) {
  const minutes = (count) => NOW - count * 60_000;
  return {
    user: { ...ADA, publishableKey },
    hasPassword: true,
    sessions: [
      {
        id: 'sess_1',
        current: true,
        userAgent:
          'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
        createdAt: minutes(9000),
        lastUsedAt: minutes(0),
      },
      {
        id: 'sess_2',
        current: false,
        userAgent:
          'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
        createdAt: minutes(5000),
        lastUsedAt: minutes(180),
      },
      { id: 'sess_3', current: false, userAgent: 'curl/8.5.0', createdAt: minutes(90_000), lastUsedAt: minutes(4000) },
    ],
    identities: [{ provider: 'google', name: 'Google', email: 'ada.lovelace@gmail.example' }],
  };
}

function ok(body) {
  return { status: 200, body };
}

function problem(status, code, message, errors) {
  return {
    status,
    body: { status, code, message, error: message, requestId: 'req_preview', ...(errors ? { errors } : {}) },
  };
}
