import { Anchor } from '@mantine/core';
import type { ReactNode } from 'react';

import { Brand } from '../../parts/Brand';
import { TestBar } from '../../parts/TestBar';
import styles from './home.module.css';

/** dream-api's own page around what it shows; `wide` for what is more than one column. */
export function HomeFrame({ wide, children }: { wide: boolean; children: ReactNode }) {
  return (
    <div className={styles.page} data-wide={wide || undefined}>
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
