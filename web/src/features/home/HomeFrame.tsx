import { Anchor } from '@mantine/core';
import type { ReactNode } from 'react';

import { Brand } from '../../parts/Brand';
import { TestBar } from '../../parts/TestBar';
import styles from './home.module.css';

/** dream-api's own page around what it shows. */
export function HomeFrame({ children }: { children: ReactNode }) {
  return (
    <div className={styles.page}>
      <header>
        <TestBar />
        <div className={styles.top}>
          <Brand />
          <nav aria-label="Documentation">
            <Anchor href="/docs">API reference</Anchor>
          </nav>
        </div>
      </header>
      <main className={styles.main}>{children}</main>
    </div>
  );
}
