import { Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

import type { Account } from './calls';
import styles from './Section.module.css';

/** What every section is given. */
export interface SectionProps {
  account: Account;
  /** Reads the account anew, after a change. */
  load: () => Promise<void>;
  /** What was asked for needs a fresh sign-in. */
  onSignIn: () => void;
}

interface SectionFrameProps {
  id: string;
  title: string;
  about: ReactNode;
  children: ReactNode;
}

/** One part of the account: what it is on the left, what can be done on the right. */
export function Section({ id, title, about, children }: SectionFrameProps) {
  return (
    <section className={styles.section} aria-labelledby={id}>
      <div>
        <Title order={2} id={id}>
          {title}
        </Title>
        <Text component="div" size="sm" c="dimmed" mt="xs">
          {about}
        </Text>
      </div>
      <div className={styles.content}>{children}</div>
    </section>
  );
}
