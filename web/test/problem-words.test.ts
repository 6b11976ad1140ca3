import { expect, test } from 'vitest';

import { Problem } from '../src/api';
import { tell, tellField } from '../src/forms/problem-words';

function told(status: number, code: string, retryAfterSeconds: number | null = null) {
  return tell(new Problem({ status, code, message: 'something happened', requestId: 'req_1', retryAfterSeconds }));
}

test('a lost connection says that nothing typed is lost', () => {
  expect(told(0, 'offline').text).toContain('What you typed is still here');
});

test('too many tries say how long to wait', () => {
  expect(told(429, 'rate_limited', 42).text).toContain('in 42 seconds');
  expect(told(429, 'rate_limited', 1).text).toContain('in 1 second.');
  expect(told(429, 'authentication_rate_limited', 180).text).toContain('in 3 minutes');
  expect(told(429, 'rate_limited').text).toContain('in a minute');
});

test('the request id is shown where only the operator can help', () => {
  expect(told(500, 'internal').requestId).toBe('req_1');
  expect(told(503, 'storage_unavailable').requestId).toBe('req_1');
  expect(told(401, 'invalid_credentials').requestId).toBeNull();
});

test('what no page knows is told in the words of the server', () => {
  expect(told(409, 'conflict').text).toBe('Something happened.');
});

test('a field says what is wrong and how to mend it', () => {
  expect(
    tellField({ location: 'newPassword', message: 'is too common', fix: 'Choose another one' }, 'invalid_value'),
  ).toBe('The password is too common. Choose another one.');
  expect(
    tellField({ location: 'password', message: 'is not your password', fix: 'x' }, 'reauthentication_required'),
  ).toContain('This is not your password.');
  expect(tellField({ location: 'email', message: 'Not an address.', fix: '' }, 'invalid_value')).toBe(
    'Not an address.',
  );
});
