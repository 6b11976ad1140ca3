import { Button } from '@mantine/core';
import { useCallback, useContext, useEffect, useRef } from 'react';

import { type Loss, Losses, type Note } from '../../forms/unsaved';
import styles from './Losing.module.css';

/** What the parts below would lose. It is told further up as well. */
export function useLosses(): { note: Note; worst: () => Loss | null } {
  const above = useContext(Losses);
  const parts = useRef(new Map<string, Loss>());
  const note = useCallback<Note>(
    (part, loss) => {
      if (loss) parts.current.set(part, loss);
      else parts.current.delete(part);
      above(part, loss);
    },
    [above],
  );
  const worst = useCallback(() => {
    const losses = [...parts.current.values()];
    return losses.includes('secret') ? 'secret' : (losses[0] ?? null);
  }, []);
  return { note, worst };
}

interface QuestionProps {
  loss: Loss;
  /** The word for losing it. */
  go: string;
  onGo: () => void;
  onStay: () => void;
}

/** Whether it may be lost. */
export function Question({ loss, go, onGo, onStay }: QuestionProps) {
  const stay = useRef<HTMLButtonElement>(null);
  useEffect(() => stay.current?.focus(), []);
  return (
    <>
      <p className={styles.text}>{TEXTS[loss]}</p>
      <div className={styles.buttons}>
        <Button variant="default" onClick={onGo}>
          {go}
        </Button>
        <Button ref={stay} data-autofocus onClick={onStay}>
          Stay here
        </Button>
      </div>
    </>
  );
}

const TEXTS: Record<Loss, string> = {
  typed: 'What you typed is not saved yet. It would be lost.',
  secret:
    'The secret key was neither copied nor downloaded, and it is never shown again. Without it you can only make a new one.',
};
