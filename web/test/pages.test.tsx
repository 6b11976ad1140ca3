import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';

import { ExplainPage } from '../src/features/explain/ExplainPage';
import { HomePage } from '../src/features/home/HomePage';
import { RefreshPage } from '../src/features/refresh/RefreshPage';
import { SignInPage } from '../src/features/sign-in/SignInPage';
import { pageFor } from '../src/pages';
import { ADA, contextWith, problem, show } from './page';

const NOT_ALLOWED = { code: 'redirect_not_allowed', message: 'The address is not on the list' };

test('the path picks the page', async () => {
  expect(await pageFor(contextWith(), '/signin')).toBe(SignInPage);
  expect(await pageFor(contextWith(), '/refresh/')).toBe(RefreshPage);
  expect(await pageFor(contextWith(), '/')).toBe(HomePage);
  expect(await pageFor(contextWith(), '/nowhere')).toBe(ExplainPage);
});

test('a page that cannot work is explained; one that a provider came back to works', async () => {
  expect(await pageFor(contextWith({ error: NOT_ALLOWED }), '/signin')).toBe(ExplainPage);
  expect(await pageFor(contextWith({ error: { ...NOT_ALLOWED, recoverable: true } }), '/signin')).toBe(SignInPage);
});

test('the explanation names the foreign origin, and links nowhere outside', () => {
  show(ExplainPage, {
    context: contextWith({ error: NOT_ALLOWED }),
    search: '?pk=pk_test_1&redirect=https%3A%2F%2Fevil.example%2Fsteal',
  });
  expect(screen.queryByText('https://evil.example')).not.toBeNull();
  expect(screen.getAllByRole('link').map((link) => link.getAttribute('href'))).toEqual([
    '/docs/errors/redirect_not_allowed',
  ]);
});

test('the landing page shows a command with the real address and key', () => {
  show(HomePage, { context: contextWith({ isRoot: true, publishableKey: 'pk_live_root', baseUrl: 'http://server' }) });
  expect(screen.getByRole('region', { name: 'Command' }).textContent).toBe(
    "curl http://server/api/tiers \\\n  -H 'X-Publishable-Key: pk_live_root'",
  );
  expect(screen.getByRole('link', { name: 'Sign up' }).getAttribute('href')).toBe('/signup');
  expect(screen.queryByRole('link', { name: 'open the demo dashboard' })).toBeNull();
});

test('the landing page leads to the demo dashboard where there is one', () => {
  show(HomePage, { context: contextWith({ isRoot: true, demoDashboard: '/_dev/dashboard' }) });
  const link = screen.getByRole('link', { name: 'open the demo dashboard' });
  expect(link.getAttribute('href')).toBe('/_dev/dashboard');
});

test('a developer without a platform makes one', async () => {
  const { user, sent } = show(HomePage, {
    context: contextWith({ isRoot: true, user: { ...ADA, firstName: 'Ada' } }),
    calls: {
      '/get-platform-id': problem(404, 'platform_not_found', 'x'),
      '/generate-platform-id': { platformId: 'plt_1' },
      'sign-out': { success: true },
    },
  });
  screen.getByRole('heading', { name: 'Hello Ada' });
  await user.click(await screen.findByRole('button', { name: 'Create platform ID' }));
  await screen.findByText('plt_1');
  expect(sent.map(({ path }) => path).at(-1)).toBe('/generate-platform-id');
  await user.click(screen.getByRole('button', { name: 'Sign out' }));
  await screen.findByRole('link', { name: 'Sign up' });
});
