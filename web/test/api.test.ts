import { expect, test, vi } from 'vitest';

import { Problem, post } from '../src/api';
import { problem, stubServer } from './page';

async function thrownBy(call: Promise<unknown>): Promise<Problem> {
  const thrown = await call.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(thrown instanceof Problem)) throw new Error('no problem was thrown');
  return thrown;
}

test('a call sends JSON with the cookie of our own origin', async () => {
  const { fetch } = stubServer({ session: { user: null } });
  await expect(post('/auth/session', { publishableKey: 'pk_test_1' })).resolves.toEqual({ user: null });
  expect(fetch.mock.lastCall?.[1]).toMatchObject({
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'Content-Type': 'application/json' },
    body: '{"publishableKey":"pk_test_1"}',
  });
});

test('a problem keeps code, fields, request id and the time to wait', async () => {
  const errors = [{ location: 'email', message: 'is wrong', fix: 'Mend it' }, { location: 1 }, null];
  stubServer({ x: problem(422, 'invalid_value', 'email is wrong', { errors }, { 'Retry-After': '7' }) });
  const thrown = await thrownBy(post('/auth/x', {}));
  expect(thrown).toMatchObject({ status: 422, code: 'invalid_value', requestId: 'req_1', retryAfterSeconds: 7 });
  expect(thrown.fields).toEqual([errors[0]]);
});

test('no answer is a problem of status 0', async () => {
  stubServer({ x: new TypeError('Failed to fetch') });
  expect(await thrownBy(post('/auth/x', {}))).toMatchObject({ status: 0, code: 'offline' });
  stubServer({ x: new DOMException('late', 'TimeoutError') });
  expect(await thrownBy(post('/auth/x', {}))).toMatchObject({ status: 0, code: 'timeout' });
});

test('an answer that is not JSON is a problem, whatever its status', async () => {
  vi.stubGlobal('fetch', async () => new Response('<html>', { status: 502 }));
  expect(await thrownBy(post('/auth/x', {}))).toMatchObject({ status: 502, code: 'unreadable' });
  vi.stubGlobal('fetch', async () => new Response('<html>', { status: 200 }));
  expect(await thrownBy(post('/auth/x', {}))).toMatchObject({ status: 502, code: 'unreadable' });
});
