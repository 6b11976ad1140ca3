import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import {
  AuthenticationException,
  ConflictException,
  DreamAPIException,
  isDreamAPIException,
  NotFoundException,
  PermissionException,
  RateLimitException,
  ServerException,
  TierLimitException,
  ValidationException,
} from '../src/index';
import { type Answer, clientOf, problem, thrownBy } from './fakes';

async function errorOf(answer: Answer): Promise<DreamAPIException> {
  const { api } = clientOf([answer]);
  return (await thrownBy(api.products.listTiers({ maxTries: 1 }))) as DreamAPIException;
}

test.each([
  [400, 'missing_field', ValidationException],
  [401, 'invalid_api_key', AuthenticationException],
  [403, 'key_mismatch', PermissionException],
  [403, 'tier_limit_reached', TierLimitException],
  [404, 'customer_not_found', NotFoundException],
  [409, 'email_taken', ConflictException],
  [413, 'payload_too_large', ValidationException],
  [422, 'invalid_value', ValidationException],
  [429, 'rate_limited', RateLimitException],
  [503, 'overloaded', ServerException],
  [405, 'method_not_allowed', DreamAPIException],
])('%i %s', async (status, code, kind) => {
  const error = await errorOf(problem(status, code));
  expect(error).toBeInstanceOf(kind);
  expect(error).toBeInstanceOf(DreamAPIException);
  expect(error).toMatchObject({
    name: 'DreamAPIException',
    status,
    code: 'Words',
    errorCode: code,
    message: `It is ${code}`,
    requestId: 'req_1',
    fields: [],
  });
});

test('the limit carries its figures', async () => {
  const members = {
    count: 5,
    limit: 5,
    plan: 'free',
    resetsAt: '2026-12-01T00:00:00Z',
    upgradeUrl: 'https://a.test/up',
  };
  const error = (await errorOf(problem(403, 'tier_limit_reached', members))) as TierLimitException;
  const { count, limit, plan, resetsAt, upgradeUrl } = error;
  expect({ count, limit, plan, resetsAt, upgradeUrl }).toEqual(members);
  const bare = (await errorOf(problem(403, 'tier_limit_reached'))) as TierLimitException;
  expect([bare.resetsAt, bare.upgradeUrl]).toEqual([undefined, undefined]);
});

test('wrong fields and the time to wait are told', async () => {
  const errors = [{ location: 'amount', message: 'is out of range', fix: 'Send less' }];
  expect((await errorOf(problem(422, 'invalid_value', { errors }))).fields).toEqual(errors);
  const late = await errorOf({ ...problem(429, 'rate_limited'), headers: { 'Retry-After': '60' } });
  expect(late.retryAfter).toBe(60);
});

describe('an answer that is not ours', () => {
  test.each([
    ['a page of a proxy', 502, '<html>Bad gateway</html>'],
    ['nothing', 500, ' '],
    ['JSON of somebody else', 404, { detail: 'no' }],
    ['a list', 400, []],
    ['a page with status 200', 200, '<html></html>'],
    ['a redirect', 307, ' '],
  ])('%s is still an exception with a message', async (_, status, body) => {
    const error = await errorOf({ status, body });
    expect(error).toBeInstanceOf(DreamAPIException);
    expect([error.status, error.errorCode]).toEqual([status, 'invalid_response']);
    expect(error.message).toContain('baseUrl');
    expect(error.code.length).toBeGreaterThan(0);
  });
});

test('the guard knows exceptions of another copy of the package', async () => {
  const error = await errorOf(problem(409, 'email_taken'));
  expect(isDreamAPIException(error)).toBe(true);
  expect(isDreamAPIException(error, 'email_taken')).toBe(true);
  expect(isDreamAPIException(error, 'conflict')).toBe(false);
  const foreign = Object.assign(new Error('x'), { [Symbol.for('dream-sdk.exception')]: true, errorCode: 'conflict' });
  expect(isDreamAPIException(foreign, 'conflict')).toBe(true);
  for (const other of [new Error('x'), null, undefined, 'text', {}]) expect(isDreamAPIException(other)).toBe(false);
});

test('the exception can be made as the first client made it', () => {
  const error = new DreamAPIException({ error: 'auth_required', message: 'Sign in' }, 401);
  expect([error.status, error.code, error.message]).toEqual([401, 'auth_required', 'Sign in']);
  expect(new DreamAPIException({ error: 'x', message: 'y' }).status).toBe(500);
});

test('every code of the server is in the type', async () => {
  const server = await readFile(new URL('../../crates/domain/src/error.rs', import.meta.url), 'utf8');
  const ours = await readFile(new URL('../src/error-codes.ts', import.meta.url), 'utf8');
  const codes = [...server.matchAll(/^ {4}\w+ = "(\w+)", \d{3},/gm)].map(([, code]) => code);
  const type = ours.slice(ours.indexOf('type ServerErrorCode'), ours.indexOf('type ClientErrorCode'));
  expect([...type.matchAll(/'(\w+)'/g)].map(([, code]) => code)).toEqual(codes);
});
