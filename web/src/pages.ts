import type { ComponentType } from 'react';

import type { PageContext } from './context';
import { ExplainPage } from './features/explain/ExplainPage';
import { RefreshPage } from './features/refresh/RefreshPage';
import { ResetPage } from './features/reset/ResetPage';
import { SignInPage } from './features/sign-in/SignInPage';
import { SignUpPage } from './features/sign-up/SignUpPage';
import { VerifyPage } from './features/verify/VerifyPage';

/** The small pages come in one file; the larger ones are files of their own, so that they slow nobody else down. */
const PAGES: Record<string, () => ComponentType | Promise<ComponentType>> = {
  '/': async () => (await import('./features/home/HomePage')).HomePage,
  '/account': async () => (await import('./features/account/AccountPage')).AccountPage,
  '/pricing': async () => (await import('./features/pricing/PricingPage')).PricingPage,
  '/return': async () => (await import('./features/returned/ReturnPage')).ReturnPage,
  '/signup': () => SignUpPage,
  '/signin': () => SignInPage,
  '/verify': () => VerifyPage,
  '/reset': () => ResetPage,
  '/refresh': () => RefreshPage,
};

/** Pages that have pages below them, by the first part of the path. */
const TREES: Record<string, () => Promise<ComponentType>> = {
  '/dashboard': async () => (await import('./dashboard/Dashboard')).Dashboard,
  '/r': async () => (await import('./features/receipt/ReceiptPage')).ReceiptPage,
};

/** The page to show: the one of the path, or the one that explains why it cannot work. */
export async function pageFor(context: PageContext, path: string): Promise<ComponentType> {
  const load = PAGES[path.replace(/\/+$/, '') || '/'] ?? TREES[path.split('/', 2).join('/')];
  return load && (!context.error || context.error.recoverable) ? load() : ExplainPage;
}
