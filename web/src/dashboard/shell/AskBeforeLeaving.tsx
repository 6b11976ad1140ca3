import { useBlocker } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import { type Loss, Losses } from '../../forms/unsaved';
import { Dialog } from '../parts/Dialog';
import { Question, useLosses } from '../parts/Losing';

/** Asks before a page is left on which something would be lost: by a link, the way back, or closing the window. */
export function AskBeforeLeaving({ children }: { children: ReactNode }) {
  const { note, worst } = useLosses();
  const blocker = useBlocker({
    // The address of a filter or a tab within the page changes nothing that was typed.
    shouldBlockFn: ({ current, next }) => worst() !== null && current.pathname !== next.pathname,
    enableBeforeUnload: () => worst() !== null,
    withResolver: true,
  });
  const isAsking = blocker.status === 'blocked';
  const loss = isAsking ? worst() : null;
  return (
    <Losses.Provider value={note}>
      {children}
      <Dialog title={TITLES[loss ?? 'typed']} opened={isAsking} onClose={() => blocker.reset?.()}>
        <Question loss={loss ?? 'typed'} go="Leave" onGo={() => blocker.proceed?.()} onStay={() => blocker.reset?.()} />
      </Dialog>
    </Losses.Provider>
  );
}

const TITLES: Record<Loss, string> = {
  typed: 'Leave without saving',
  secret: 'Leave without the secret key',
};
