import { transpileModule } from 'typescript';
import { expect, test } from 'vitest';

import { snippetsFor } from '../src/features/developers/snippets';
import { examplesFor } from '../src/features/home/examples';

const SNIPPETS = snippetsFor('http://server', 'pk_test_1');

test('every language has the address of the server', () => {
  expect(SNIPPETS.map(({ id }) => id)).toEqual(['curl', 'js', 'react', 'next', 'vue', 'python']);
  for (const { text } of SNIPPETS) expect(text).toContain('http://server');
});

test('no snippet holds a secret; each reads it from the environment', () => {
  for (const { text } of SNIPPETS) expect(text).not.toMatch(/sk_(test|live)_\w/);
  for (const id of ['js', 'next', 'python']) {
    expect(SNIPPETS.find((snippet) => snippet.id === id)?.text).toContain('DREAM_SECRET_KEY');
  }
});

test.each(
  [...SNIPPETS, ...examplesFor('http://server', 'pk_live_1')].filter(({ id }) => ['js', 'react', 'next'].includes(id)),
)('$name can be read by a compiler', ({ text }) => {
  const { diagnostics } = transpileModule(text, {
    fileName: 'snippet.tsx',
    reportDiagnostics: true,
    compilerOptions: { jsx: 4, module: 99, target: 99 },
  });
  expect(diagnostics).toEqual([]);
});
