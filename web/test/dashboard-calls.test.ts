import { expect, test, vi } from 'vitest';

import { ask, withQuery } from '../src/dashboard/calls';

test('what has not changed is not sent again', async () => {
  const fetch = vi
    .fn()
    .mockResolvedValueOnce(Response.json({ count: 1 }, { headers: { ETag: '"a"' } }))
    .mockResolvedValueOnce(new Response(null, { status: 304 }))
    .mockResolvedValueOnce(Response.json({ count: 2 }, { headers: { ETag: '"b"' } }));
  vi.stubGlobal('fetch', fetch);
  const first = await ask('/api/x', 'pk_test_1', { limit: 1 });
  expect(fetch.mock.calls[0]?.[1].headers).not.toHaveProperty('If-None-Match');
  expect(await ask('/api/x', 'pk_test_1', { limit: 1 })).toBe(first);
  expect(fetch.mock.calls[1]?.[1].headers).toMatchObject({ 'If-None-Match': '"a"', 'X-Publishable-Key': 'pk_test_1' });
  expect(await ask('/api/x', 'pk_test_1', { limit: 1 })).toEqual({ count: 2 });
});

test('the answer of one project is never that of another', async () => {
  const fetch = vi.fn(async () => Response.json({}, { headers: { ETag: '"a"' } }));
  vi.stubGlobal('fetch', fetch);
  await ask('/api/y', 'pk_test_1');
  await ask('/api/y', 'pk_test_2');
  expect((fetch.mock.calls as unknown as [string, RequestInit][])[1]?.[1].headers).not.toHaveProperty('If-None-Match');
});

test('what is empty is left out of a query', () => {
  expect(withQuery('/x', { search: '', plan: undefined, cursor: 'a&b' })).toBe('/x?cursor=a%26b');
  expect(withQuery('/x', {})).toBe('/x');
});
