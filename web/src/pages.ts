import type { ComponentType } from 'react';

import type { PageContext } from './context';

type Loader = () => Promise<ComponentType>;

/** The page of each address; every one is a file of its own, so that a page brings no other along. */
const PAGES: Record<string, Loader> = {
  '/': async () => (await import('./features/home/HomePage')).HomePage,
  '/signup': async () => (await import('./features/sign-up/SignUpPage')).SignUpPage,
  '/signin': async () => (await import('./features/sign-in/SignInPage')).SignInPage,
  '/verify': async () => (await import('./features/verify/VerifyPage')).VerifyPage,
  '/reset': async () => (await import('./features/reset/ResetPage')).ResetPage,
  '/account': async () => (await import('./features/account/AccountPage')).AccountPage,
  '/refresh': async () => (await import('./features/refresh/RefreshPage')).RefreshPage,
};

/** The page to show: the one of the path, or the one that explains why it cannot work. */
export async function pageFor(context: PageContext, path: string): Promise<ComponentType> {
  const load = PAGES[path.replace(/\/+$/, '') || '/'];
  if (load && (!context.error || context.error.recoverable)) return load();
  return (await import('./features/explain/ExplainPage')).ExplainPage;
}
