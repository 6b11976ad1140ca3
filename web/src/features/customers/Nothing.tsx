import styles from './Nothing.module.css';

/** What a panel says instead of rows, right below its title. */
export function Nothing({ children }: { children: string }) {
  return <p className={styles.nothing}>{children}</p>;
}
