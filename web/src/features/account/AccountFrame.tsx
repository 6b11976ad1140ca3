import { Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

import { Brand } from '../../parts/Brand';
import { usePageContext } from '../../parts/page-context';
import { TestBar } from '../../parts/TestBar';
import styles from './AccountFrame.module.css';
import { BackToApp } from './BackToApp';

interface AccountFrameProps {
  email?: string;
  children: ReactNode;
}

/** The account page around its sections: brand, way back, who is signed in. */
export function AccountFrame({ email, children }: AccountFrameProps) {
  const { project, isRoot } = usePageContext();
  return (
    <div className={styles.page}>
      <header>
        <TestBar />
        <div className={styles.top}>
          <Brand />
          <BackToApp />
        </div>
      </header>
      <main className={styles.main}>
        <Title order={1} fz={28} lh={1.25}>
          Your account
        </Title>
        <Text c="dimmed" mt="xs" mb="xl" style={{ overflowWrap: 'anywhere' }}>
          {email ? `Signed in to ${project.name} as ${email}` : `At ${project.name}`}
        </Text>
        <div className={styles.card}>{children}</div>
      </main>
      {!project.hideBranding && !isRoot && (
        <footer className={styles.footer}>
          <Text size="xs" c="dimmed">
            Secured by dream-api
          </Text>
        </footer>
      )}
    </div>
  );
}
