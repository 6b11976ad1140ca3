import { Button, Modal, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Problem } from '../../api';
import { tell } from '../../forms/problem-words';
import { Notice } from '../../parts/Notice';
import styles from './Dialog.module.css';

interface DialogProps {
  title: string;
  opened: boolean;
  onClose: () => void;
  wide?: boolean;
  children: ReactNode;
}

/** A dialog in front of the page. */
export function Dialog({ title, opened, onClose, wide = false, children }: DialogProps) {
  return (
    <Modal.Root opened={opened} onClose={onClose} centered size={wide ? 640 : 480}>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body className={styles.dialog ?? ''}>
          <div className={styles.top}>
            <Modal.Title component="h2">{title}</Modal.Title>
            <Modal.CloseButton aria-label="Close" />
          </div>
          {children}
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
          <Button variant="default" onClick={dialog.onClose}>
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
