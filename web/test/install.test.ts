import { expect, test, vi } from 'vitest';

import { offerToInstall } from '../src/dashboard/install';

test('the manifest is linked and the worker registered for the dashboard alone', () => {
  const register = vi.fn().mockResolvedValue(undefined);
  const page = document.implementation.createHTMLDocument();
  offerToInstall(page, { register } as unknown as ServiceWorkerContainer);
  expect(page.querySelector('link[rel=manifest]')?.getAttribute('href')).toBe('/manifest.webmanifest');
  expect(register.mock.calls).toEqual([['/sw.js', { scope: '/dashboard' }]]);
});

test('a browser without service workers, or one that forbids them, shows the dashboard all the same', async () => {
  const page = document.implementation.createHTMLDocument();
  offerToInstall(page, undefined);
  const register = vi.fn().mockRejectedValue(new Error('forbidden'));
  offerToInstall(page, { register } as unknown as ServiceWorkerContainer);
  await Promise.resolve();
  expect(register).toHaveBeenCalledOnce();
});
