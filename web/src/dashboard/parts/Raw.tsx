import { Code } from './Code';
import styles from './Raw.module.css';

/** Something as the API answers it, behind a click. */
export function Raw({ of, label }: { of: object; label: string }) {
  return (
    <details className={styles.raw}>
      <summary>As JSON</summary>
      <Code text={JSON.stringify(of, null, 2)} label={label} />
    </details>
  );
}
