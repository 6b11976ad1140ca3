import styles from './Figure.module.css';

/** One figure with its name. */
export function Figure({ label, value, about }: { label: string; value: string; about?: string }) {
  return (
    <div className={styles.figure}>
      <span className={styles.label}>{label}</span>
      <span className={styles.value}>{value}</span>
      {about && <span className={styles.label}>{about}</span>}
    </div>
  );
}
