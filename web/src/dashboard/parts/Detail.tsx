import { Link, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import { Code } from './Code';
import { Panel } from './Panel';
import styles from './Tabs.module.css';

interface DetailProps {
  /** What the page is about, as the API answers it. */
  of: unknown;
  /** What that is. */
  label: string;
  children: ReactNode;
}

/** What is known of one thing, and the raw JSON behind a tab that has its own address. */
export function Detail({ of, label, children }: DetailProps) {
  const { view, ...rest }: Record<string, string> = useSearch({ strict: false });
  const isRaw = view === 'json';
  return (
    <>
      <nav className={styles.tabs} aria-label="Views">
        <Link to="." search={rest} {...tab(!isRaw)}>
          Overview
        </Link>
        <Link to="." search={{ ...rest, view: 'json' }} {...tab(isRaw)}>
          JSON
        </Link>
      </nav>
      {isRaw ? (
        <Panel>
          <Code text={JSON.stringify(of, null, 2)} label={label} tall />
        </Panel>
      ) : (
        children
      )}
    </>
  );
}

function tab(isShown: boolean) {
  return {
    className: styles.tab,
    replace: true,
    resetScroll: false,
    activeProps: {},
    'data-active': isShown || undefined,
    'aria-current': isShown ? ('page' as const) : undefined,
  };
}
