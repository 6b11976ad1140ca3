import { Button, Modal, Stack } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';

import type { Problem } from '../../api';
import { tell } from '../../forms/problem-words';
import { type Loss, Losses } from '../../forms/unsaved';
import { Notice } from '../../parts/Notice';
import styles from './Dialog.module.css';
import { Question, useLosses } from './Losing';

interface DialogProps {
  title: string;
  opened: boolean;
  onClose: () => void;
  wide?: boolean;
  children: ReactNode;
}

/** A dialog in front of the page. Closed with something in it that would be lost, it asks first. */
export function Dialog({ title, opened, onClose, wide = false, children }: DialogProps) {
  const { note, worst } = useLosses();
  const [asking, setAsking] = useState<Loss | null>(null);
  useEffect(() => {
    if (!opened) setAsking(null);
  }, [opened]);
  // Who stays goes on where he was.
  const last = useRef<Element | null>(null);
  useEffect(() => {
    if (asking === null && last.current instanceof HTMLElement) last.current.focus();
  }, [asking]);
  const close = () => {
    if (asking !== null) return setAsking(null);
    const loss = worst();
    if (loss === null) return onClose();
    last.current = document.activeElement;
    setAsking(loss);
  };
  const lose = () => {
    last.current = null;
    onClose();
  };
  return (
    <Modal.Root opened={opened} onClose={close} centered size={wide ? 640 : 480}>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body className={styles.dialog ?? ''}>
          <div className={styles.top}>
            <Modal.Title component="h2">{title}</Modal.Title>
            <Modal.CloseButton aria-label="Close" />
          </div>
          {asking && <Question loss={asking} go="Close anyway" onGo={lose} onStay={() => setAsking(null)} />}
          <div hidden={asking !== null}>
            <Losses.Provider value={note}>{children}</Losses.Provider>
          </div>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

interface ConfirmProps extends Omit<DialogProps, 'children'> {
  /** What will happen, exactly. */
  children: ReactNode;
  /** The verb on the button. */
  action: string;
  danger?: boolean;
  running: boolean;
  problem: Problem | null;
  onConfirm: () => void;
  /** The word for not doing it. */
  keep?: string;
}

/** Asks before something is done; says what will happen, that it runs, and what went wrong. */
export function Confirm({
  children,
  action,
  danger = false,
  running,
  problem,
  onConfirm,
  keep = 'Cancel',
  ...dialog
}: ConfirmProps) {
  return (
    <Dialog {...dialog}>
      <Stack gap="lg">
        {problem && <Notice kind="danger" {...tell(problem)} />}
        <div className={styles.words}>{children}</div>
        <div className={styles.buttons}>
          <Button variant="default" data-autofocus onClick={dialog.onClose}>
            {keep}
          </Button>
          <Button {...(danger ? { color: 'danger' } : {})} loading={running} onClick={onConfirm}>
            {problem ? 'Try again' : action}
          </Button>
        </div>
      </Stack>
    </Dialog>
  );
}
