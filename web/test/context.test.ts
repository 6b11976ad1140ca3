import { expect, test } from 'vitest';

import { parseContext, readContext } from '../src/context';

test('the data block of the document is read', () => {
  document.body.innerHTML =
    '<script type="application/json" id="context">{"publishableKey":"pk_test_1","mode":"test"}</script>';
  expect(readContext(document)).toMatchObject({ publishableKey: 'pk_test_1', mode: 'test', error: null });
});

test('escaped markup in a name is plain text again', () => {
  expect(parseContext('{"project":{"name":"\\u003c/script>\\u003cb>"}}').project.name).toBe('</script><b>');
});

test('missing members take their harmless value', () => {
  const context = parseContext('{"publishableKey":"pk_live_1","project":{"name":"Weather"}}');
  expect(context.redirect).toEqual({ url: null, allowed: false, origin: null, legacy: false });
  expect(context.project).toMatchObject({ name: 'Weather', accentColor: null, logoUrl: null });
  expect(context.providers).toEqual([]);
  expect(context.testCodes).toBe(false);
});

test('a document without data explains that it is broken', () => {
  document.body.innerHTML = '';
  for (const context of [readContext(document), parseContext('{'), parseContext('[]'), parseContext('null')]) {
    expect(context.error?.code).toBe('internal');
    expect(context.publishableKey).toBeNull();
  }
});
