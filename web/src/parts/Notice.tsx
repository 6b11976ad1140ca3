import type { ReactNode } from 'react';

import styles from './Notice.module.css';

interface NoticeProps {
  kind: 'danger' | 'success' | 'warning' | 'info';
  text: ReactNode;
  requestId?: string | null;
  children?: ReactNode;
}

/** A result or a warning; screen readers hear it when it appears. */
export function Notice({ kind, text, requestId, children }: NoticeProps) {
  return (
    <div className={styles.notice} data-kind={kind} role={kind === 'danger' ? 'alert' : 'status'}>
      <div>{text}</div>
      {requestId && (
        <div className={styles.request}>
          If it stays, tell the support this request id: <code>{requestId}</code>
        </div>
      )}
      {children}
    </div>
  );
}
