import type { ReactNode } from 'react';

import styles from './Badge.module.css';

export type Tone = 'plain' | 'good' | 'warning' | 'bad' | 'accent' | 'test';

/** A word that says how something stands. */
export function Badge({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span className={styles.badge} data-tone={tone}>
      {children}
    </span>
  );
}

/** How a status of the wire is shown. */
export function StatusBadge({ status }: { status: string }) {
  const { tone, words } = STATUSES[status] ?? { tone: 'plain' as const, words: status.replaceAll('_', ' ') };
  return <Badge tone={tone}>{words}</Badge>;
}

const STATUSES: Record<string, { tone: Tone; words: string }> = {
  active: { tone: 'good', words: 'Active' },
  trialing: { tone: 'accent', words: 'Trial' },
  canceling: { tone: 'warning', words: 'Canceling' },
  past_due: { tone: 'bad', words: 'Past due' },
  unpaid: { tone: 'bad', words: 'Unpaid' },
  canceled: { tone: 'plain', words: 'Canceled' },
  none: { tone: 'plain', words: 'No subscription' },
  paid: { tone: 'good', words: 'Paid' },
  open: { tone: 'warning', words: 'Open' },
  draft: { tone: 'plain', words: 'Draft' },
  void: { tone: 'plain', words: 'Void' },
  uncollectible: { tone: 'bad', words: 'Uncollectible' },
  pending: { tone: 'warning', words: 'Pending' },
  waiting: { tone: 'warning', words: 'Waiting' },
  disputed: { tone: 'bad', words: 'Disputed' },
  done: { tone: 'good', words: 'Done' },
  failed: { tone: 'bad', words: 'Failed' },
  dead: { tone: 'bad', words: 'Given up' },
  ignored: { tone: 'plain', words: 'Ignored' },
  fulfilled: { tone: 'good', words: 'Fulfilled' },
  refunded: { tone: 'plain', words: 'Refunded' },
  partially_refunded: { tone: 'warning', words: 'Partly refunded' },
  expired: { tone: 'plain', words: 'Expired' },
  revoked: { tone: 'plain', words: 'Revoked' },
  archived: { tone: 'plain', words: 'Archived' },
};
