import { Button, Text } from '@mantine/core';

import { Dialog } from '../../dashboard/parts/Dialog';
import styles from './Editor.module.css';

interface LeaveProps {
  blocker: { status: 'blocked' | 'idle'; proceed?: (() => void) | undefined; reset?: (() => void) | undefined };
}

/** Asks whether what was typed may be lost. */
export function Leave({ blocker }: LeaveProps) {
  return (
    <Dialog title="Leave without saving" opened={blocker.status === 'blocked'} onClose={() => blocker.reset?.()}>
      <Text mb="xl">What you typed is not saved yet. It is lost when you leave.</Text>
      <div className={styles.buttons}>
        <Button variant="default" onClick={() => blocker.proceed?.()}>
          Leave
        </Button>
        <Button onClick={() => blocker.reset?.()}>Stay here</Button>
      </div>
    </Dialog>
  );
}
