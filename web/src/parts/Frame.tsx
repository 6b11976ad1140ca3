import { Text, Title } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';

import { Brand } from './Brand';
import styles from './Frame.module.css';
import { usePageContext } from './page-context';
import { TestBar } from './TestBar';

interface FrameProps {
  title: string;
  /** One sentence under the title. */
  about?: ReactNode;
  /** Below the card: the way to another page. */
  aside?: ReactNode;
  children?: ReactNode;
}

let isFirstView = true;

/** A hosted page: the developer's brand and one card in the middle. */
export function Frame({ title, about, aside, children }: FrameProps) {
  const { project, isRoot } = usePageContext();
  const heading = useRef<HTMLHeadingElement>(null);

  useEffect(() => {
    document.title = title.includes(project.name) ? title : `${title} – ${project.name}`;
    // A view that replaces another is read from its heading, unless one of its fields took the focus.
    if (!isFirstView && document.activeElement === document.body) heading.current?.focus();
    isFirstView = false;
  }, [title, project.name]);

  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <TestBar />
        <div className={styles.brand}>
          <Brand />
        </div>
      </header>
      <main className={styles.main}>
        <div className={styles.card}>
          <Title order={1} ref={heading} tabIndex={-1} style={{ outline: 'none' }}>
            {title}
          </Title>
          {about && (
            <Text component="div" c="dimmed" mt="sm">
              {about}
            </Text>
          )}
          {children && <div className={styles.content}>{children}</div>}
        </div>
        {aside && <div className={styles.aside}>{aside}</div>}
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
