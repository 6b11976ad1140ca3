import { Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';

import styles from './Panel.module.css';

interface PanelProps {
  title?: ReactNode;
  about?: ReactNode;
  /** On the right of the title. */
  action?: ReactNode;
  /** What fills it to its edges, such as a table. */
  flush?: boolean;
  children: ReactNode;
}

/** A part of a page, in front of the ground. */
export function Panel({ title, about, action, flush = false, children }: PanelProps) {
  const id = useId();
  return (
    <section
      className={styles.panel}
      data-panel
      data-flush={flush || undefined}
      {...(title ? { 'aria-labelledby': id } : {})}
    >
      {(title || action) && (
        <div className={styles.top}>
          <div>
            {title && (
              <Title order={2} id={id}>
                {title}
              </Title>
            )}
            {about && <p className={styles.about}>{about}</p>}
          </div>
          {action && <div className={styles.action}>{action}</div>}
        </div>
      )}
      {children}
    </section>
  );
}
