import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));

/** What the examples in comments are written into: an app with a client and a page. */
const APP = `
import { DreamAPI, isDreamAPIException, memoryStorage, TierLimitException } from 'dream-sdk';
import { readFile } from 'node:fs/promises';
declare const api: DreamAPI;
declare const error: unknown;
declare const sessionId: string;
declare const publishableKey: string;
declare const button: HTMLButtonElement;
declare const link: HTMLAnchorElement;
declare function render(user: unknown): void;
declare function showMessage(text: string): void;
declare function showSignInButton(text?: string): void;
declare function showUpgrade(url?: string): void;
`;

interface Block {
  name: string;
  text: string;
}

/** What is wrong with blocks of code, compiled as an app would; empty if nothing is. */
function problemsOf(blocks: Block[]): string {
  const options: ts.CompilerOptions = {
    ...ts.parseJsonConfigFileContent(
      ts.readConfigFile(`${folder}tsconfig.json`, ts.sys.readFile).config,
      ts.sys,
      folder,
    ).options,
    // Apps are less strict than we are.
    exactOptionalPropertyTypes: false,
    noUncheckedIndexedAccess: false,
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
  return ts.formatDiagnostics(found, { ...host, getCanonicalFileName: (name) => name });
}

test('every block of the README compiles', () => {
  const readme = readFileSync(`${folder}README.md`, 'utf8');
  const blocks = [...readme.matchAll(/```(tsx?)\n([\s\S]*?)```/g)].map(([, kind, text], index) => ({
    name: `${folder}test/readme-${index}.${kind}`,
    text: `${text}\nexport {};\n`,
  }));
  expect(problemsOf(blocks)).toBe('');
  expect(blocks.length).toBeGreaterThan(5);
}, 60_000);

test('every example in a comment compiles', () => {
  const blocks = ts.sys.readDirectory(`${folder}src`, ['.ts']).flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/^ *\* ```ts\n([\s\S]*?)^ *\* ```/gm)].map(([, text], index) => ({
      name: `${folder}test/example-${basename(file, '.ts')}-${index}.ts`,
      text: `${APP}{\n${text?.replaceAll(/^ *\* ?/gm, '')}}\nexport {};\n`,
    })),
  );
  expect(problemsOf(blocks)).toBe('');
  expect(blocks.length).toBeGreaterThan(20);
}, 60_000);
