import { momentWords } from '../times';
import styles from './Timeline.module.css';

/** What happened, in its order. */
export function Timeline({ of }: { of: { at: number; what: string }[] }) {
  return (
    <ol className={styles.timeline}>
      {of.map(({ at, what }) => (
        <li key={`${at} ${what}`}>
          {what}
          <time dateTime={new Date(at).toISOString()}>{momentWords(at)}</time>
        </li>
      ))}
    </ol>
  );
}
