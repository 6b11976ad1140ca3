import { createContext, useContext } from 'react';

import type { PageContext } from '../context';

const Given = createContext<PageContext | null>(null);

/** Hands the page context to everything below. */
export const PageContextProvider = Given.Provider;

/** What the server said about the page. */
export function usePageContext(): PageContext {
  const context = useContext(Given);
  if (!context) throw new Error('usePageContext stands outside of PageContextProvider');
  return context;
}
