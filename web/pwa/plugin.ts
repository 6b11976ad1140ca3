import { readFile } from 'node:fs/promises';

import type { Plugin } from 'vite';

/** The icons by file name, as a manifest describes them. */
const ICONS = {
  'icon-192.png': { sizes: '192x192', purpose: 'any' },
  'icon-512.png': { sizes: '512x512', purpose: 'any' },
  'icon-maskable-512.png': { sizes: '512x512', purpose: 'maskable' },
};

/**
 * Adds what makes the dashboard installable: icons, `manifest.webmanifest` and `sw.js`, which knows the names of all
 * other files.
 */
export function pwa(base: string): Plugin {
  const icons = new Map<string, string>();
  return {
    name: 'pwa',
    apply: 'build',
    async buildStart() {
      for (const name of Object.keys(ICONS)) {
        icons.set(name, this.emitFile({ type: 'asset', name, source: await readFile(here(name)) }));
      }
    },
    generateBundle: {
      order: 'post',
      async handler(_, bundle) {
        const names = Object.keys(bundle).filter((name) => name !== 'index.html');
        const files = names.sort().map((name) => base + name);
        const address = (name: string) => base + this.getFileName(icons.get(name) ?? name);
        this.emitFile({ type: 'asset', fileName: 'manifest.webmanifest', source: manifest(address) });
        this.emitFile({ type: 'asset', fileName: 'sw.js', source: await worker(files) });
      },
    },
  };
}

function manifest(address: (icon: string) => string): string {
  const icons = Object.entries(ICONS).map(([name, icon]) => ({ src: address(name), type: 'image/png', ...icon }));
  return JSON.stringify({
    id: '/dashboard',
    name: 'dream-api dashboard',
    short_name: 'dream-api',
    description: 'Your projects, customers, plans and sales',
    lang: 'en',
    start_url: '/dashboard',
    // Signing in is outside of the dashboard, and part of the app.
    scope: '/',
    display: 'standalone',
    theme_color: '#5b5bd6',
    background_color: '#ffffff',
    icons,
  });
}

async function worker(files: string[]): Promise<string> {
  const [source, offline] = await Promise.all([
    readFile(here('sw.js'), 'utf8'),
    readFile(here('offline.html'), 'utf8'),
  ]);
  return `self.built = ${JSON.stringify([files, offline])};\n${source}`;
}

function here(name: string): URL {
  return new URL(`./${name}`, import.meta.url);
}
