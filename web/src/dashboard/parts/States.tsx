import { Anchor, Button } from '@mantine/core';
import type { ReactNode } from 'react';

import type { Problem } from '../../api';
import { tell } from '../../forms/problem-words';
import type { Live } from '../queries';
import { CopyText } from './CopyText';
import styles from './States.module.css';

interface LoadedProps<T> {
  of: Live<T>;
  /** What stands there while it loads: of the same size, so that nothing jumps. */
  waiting?: ReactNode;
  children: (data: T) => ReactNode;
}

/** Shows what was read; until then that it loads, or why it cannot be shown. What is there stays when a refresh fails. */
export function Loaded<T>({ of, waiting, children }: LoadedProps<T>) {
  if (of.data !== undefined) return children(of.data);
  if (of.error) return <Trouble problem={of.error} again={() => void of.refetch()} running={of.isFetching} />;
  return <Loading>{waiting ?? <Bones rows={3} />}</Loading>;
}

/** What stands there while something loads, and says so to who does not see it. */
export function Loading({ children }: { children: ReactNode }) {
  return (
    <div className={styles.waiting} role="status">
      <span className="visually-hidden">Loading</span>
      {children}
    </div>
  );
}

/** Why something cannot be shown, what to do, and whom to tell. */
export function Trouble({ problem, again, running }: { problem: Problem; again: () => void; running: boolean }) {
  const { title, text } = words(problem);
  return (
    <div className={`${styles.state} ${styles.trouble}`} role="alert">
      <strong>{title}</strong>
      <p>{text}</p>
      {problem.requestId && (
        <p className={styles.small}>
          Request id <CopyText text={problem.requestId} label="request id" />
        </p>
      )}
      <div className={styles.actions}>
        {problem.status === 401 ? (
          <Button component="a" href={signInHere()}>
            Sign in
          </Button>
        ) : (
          <Button variant="default" loading={running} onClick={again}>
            Try again
          </Button>
        )}
        {problem.status > 0 && !OF_THE_PAGE.includes(problem.code) && (
          <Anchor href={`/docs/errors/${encodeURIComponent(problem.code)}`}>About this error</Anchor>
        )}
      </div>
    </div>
  );
}

/** Nothing is there yet, and what would change that. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={styles.state}>
      <strong>{title}</strong>
      {children}
      {action && <div className={styles.actions}>{action}</div>}
    </div>
  );
}

/** Grey bars where words will be; what is as high as a panel looks like one. */
export function Bones({ rows, height = 44 }: { rows: number; height?: number }) {
  return (
    <div className={styles.bones} aria-hidden="true">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the bars are all alike
        <div key={row} className={height < PANEL_HEIGHT ? styles.bone : styles.panel} style={{ height }} />
      ))}
    </div>
  );
}

/** Bones of this height and more stand for a whole panel. */
const PANEL_HEIGHT = 96;

/** Where to sign in, to come back to this page. */
export function signInHere(): string {
  const { pathname, search } = window.location;
  return `/signin?redirect=${encodeURIComponent(pathname + search)}`;
}

/** Codes that the page makes itself: they have no page of their own. */
const OF_THE_PAGE = ['unreadable', 'unexpected', 'not_found', 'offline', 'timeout'];

function words(problem: Problem): { title: string; text: string } {
  const { text } = tell(problem);
  if (problem.status === 401) return { title: 'You are signed out', text: 'Sign in again to go on where you were.' };
  if (problem.status === 403) {
    return { title: 'You may not see this', text: `${text} Ask its owner, or sign in with another account.` };
  }
  if (problem.status === 404) {
    return {
      title: 'This is not here',
      text: 'It may have been deleted, or this server does not offer it yet. Check the address, or try again later.',
    };
  }
  if (problem.status === 0) return { title: 'No answer', text };
  return { title: 'This could not be loaded', text };
}
