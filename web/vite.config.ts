import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

import { pwa } from './pwa/plugin.ts';

const BASE = '/assets-web/';

export default defineConfig({
  base: BASE,
  plugins: [react(), pwa(BASE)],
  build: {
    target: 'es2022',
    outDir: 'dist',
    assetsDir: '',
    // The policy of the pages forbids data: for fonts, and inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    rolldownOptions: {
      output: {
        chunkFileNames: ({ name }) => `${plain(name)}-[hash].js`,
        assetFileNames: ({ names }) => `${plain(names[0] ?? 'file')}-[hash][extname]`,
        // A few files instead of one for every module that two pages share: what every page needs, small parts of
        // ours, the dialog (the account page has one too), and what the dashboard needs.
        codeSplitting: {
          groups: [
            { name: 'start', tags: ['$initial'], priority: 3 },
            { name: 'dialog', test: /@mantine\/core\/.*\/(Modal|ModalBase)\//, priority: 2 },
            { name: 'shared', test: /src\/(parts|forms)\/|src\/[a-z-]+\.ts/, priority: 2 },
            { name: 'dashboard', test: /@tanstack|src\/dashboard\//, priority: 1 },
          ],
        },
      },
    },
  },
  test: {
    environment: 'jsdom',
    include: ['test/**/*.test.{ts,tsx}'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 30_000,
  },
});

/** The name of a file without its ending and without the list of who shares it. */
function plain(name: string): string {
  return name.replace(/~.*|\.\w+$/g, '');
}
