import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(`${folder}README.md`, 'utf8');
const blocks = [...readme.matchAll(/```(tsx?)\n([\s\S]*?)```/g)].map(([, kind, text], index) => ({
  name: `${folder}test/readme-${index}.${kind}`,
  text: `${text}\nexport {};\n`,
}));

test('every block of the README compiles', () => {
  const options: ts.CompilerOptions = {
    ...ts.parseJsonConfigFileContent(
      ts.readConfigFile(`${folder}tsconfig.json`, ts.sys.readFile).config,
      ts.sys,
      folder,
    ).options,
    // Apps are less strict than we are.
    exactOptionalPropertyTypes: false,
    types: ['node'],
    lib: ['lib.esnext.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    jsx: ts.JsxEmit.ReactJSX,
    noUnusedLocals: false,
    paths: { 'dream-sdk': [`${folder}src/index.ts`] },
  };
  const host = ts.createCompilerHost(options);
  const read = host.readFile;
  const exists = host.fileExists;
  host.readFile = (name) => blocks.find((block) => block.name === name)?.text ?? read(name);
  host.fileExists = (name) => blocks.some((block) => block.name === name) || exists(name);
  const program = ts.createProgram(
    blocks.map(({ name }) => name),
    options,
    host,
  );
  const found = ts.getPreEmitDiagnostics(program);
  expect(ts.formatDiagnostics(found, { ...host, getCanonicalFileName: (name) => name })).toBe('');
  expect(blocks.length).toBeGreaterThan(5);
}, 60_000);
