import { usePageContext } from './page-context';
import styles from './TestBar.module.css';

/** Says in amber that nothing here is real, on every page of a project in test mode. */
export function TestBar() {
  const { mode } = usePageContext();
  if (mode !== 'test') return null;
  return (
    <div className={styles.bar} role="note">
      <strong>Test mode</strong> Accounts made here are for trying out.
    </div>
  );
}
