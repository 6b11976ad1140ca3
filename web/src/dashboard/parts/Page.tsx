import { Title } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';

import { Icon } from './Icon';
import styles from './Page.module.css';
import { Bones, Loading } from './States';
import { To } from './To';
import { Together } from './Together';

interface PageProps {
  title: string;
  /** One sentence: what this page is. */
  about?: ReactNode;
  /** The next thing to do, on the right. */
  action?: ReactNode;
  /** The page above: its name and address. */
  above?: { name: string; to: string };
  /** Beside the title: a badge. */
  mark?: ReactNode;
  /** A page that reads better when it is not wide: one text, which comes as a whole. */
  narrow?: boolean;
  children: ReactNode;
}

let isFirstPage = true;

/** A page of the dashboard: its title, one sentence, its action, and what it shows. */
export function Page({ title, about, action, above, mark, narrow = false, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} – dream-api`;
  }, [title]);
  useEffect(() => {
    // A page that replaces another is read from its heading, unless one of its fields took the focus.
    if (!isFirstPage && document.activeElement === document.body) heading.current?.focus({ preventScroll: true });
    isFirstPage = false;
  }, []);
  return (
    <div className={styles.page} data-narrow={narrow || undefined}>
      {above && (
        <To to={above.to} className={styles.above}>
          <Icon name="left" size={14} />
          {above.name}
        </To>
      )}
      <div className={styles.top} data-plain={!about || undefined}>
        <div className={styles.words}>
          <div className={styles.title}>
            <Title order={1} ref={heading} tabIndex={-1} style={{ outline: 'none' }}>
              {title}
            </Title>
            {mark}
          </div>
          {about && <p className={styles.about}>{about}</p>}
        </div>
        {action && <div className={styles.action}>{action}</div>}
      </div>
      {narrow ? <Together>{children}</Together> : children}
    </div>
  );
}

/** A page that is still on its way. */
export function PageBones() {
  return (
    <div className={styles.page}>
      <Loading>
        <div className={styles.head}>
          <Bones rows={1} height={24} />
        </div>
        <Bones rows={1} height={360} />
      </Loading>
    </div>
  );
}
