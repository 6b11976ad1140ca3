import { count } from '../../money';
import { Notice } from '../../parts/Notice';
import styles from './WorkProgress.module.css';
import { isRunning, type Work } from './works';

/** How far work on a project is, or why it was given up. It goes on when the page is left. */
export function WorkProgress({ work }: { work: Work }) {
  const { done, total, error } = work;
  if (!isRunning(work)) return <Notice kind="danger" text={`It was given up: ${error}. Ask for it again.`} />;
  return (
    <div className={styles.work}>
      <div role="status">{words(work)}</div>
      {total > 0 && (
        <progress
          className={styles.bar}
          value={Math.min(done, total)}
          max={total}
          aria-label="Cancelled subscriptions"
        />
      )}
      {error ? <Notice kind="warning" text={`The last try failed: ${error}. It is tried again by itself.`} /> : null}
      <div>You can leave this page: it goes on, and you find it here again.</div>
    </div>
  );
}

function words({ done, total }: Work): string {
  if (total === 0) return 'It has begun.';
  if (done < total) return `Canceling subscriptions, ${count(done)} of ${count(total)}`;
  return 'All subscriptions are cancelled. Deleting the data.';
}
