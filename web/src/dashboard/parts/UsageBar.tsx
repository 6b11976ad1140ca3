import { count } from '../../money';
import styles from './UsageBar.module.css';

interface UsageBarProps {
  used: number;
  /** -1 or `unlimited`: no limit. */
  limit: number | string;
}

/** Used of limit, as words and as a bar: amber from 80 %, red at the limit. */
export function UsageBar({ used, limit }: UsageBarProps) {
  const isUnlimited = typeof limit === 'string' || limit < 0;
  if (isUnlimited) {
    return (
      <span className={styles.words}>
        {count(used)} <span className={styles.of}>of unlimited</span>
      </span>
    );
  }
  const share = limit === 0 ? (used > 0 ? 1 : 0) : Math.min(1, used / limit);
  const level = share >= 1 ? 'full' : share >= 0.8 ? 'near' : 'fine';
  return (
    <span className={styles.usage}>
      <span className={styles.words}>
        {count(used)} <span className={styles.of}>of {count(limit)}</span>
      </span>
      <span className={styles.bar} aria-hidden="true" data-level={level}>
        <span style={{ width: `${share * 100}%` }} />
      </span>
    </span>
  );
}
