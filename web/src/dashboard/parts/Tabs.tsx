import styles from './Tabs.module.css';
import { To } from './To';

/** Pages beside each other, each with its own address. */
export function Tabs({ label, of }: { label: string; of: { name: string; to: string }[] }) {
  return (
    <nav className={styles.tabs} aria-label={label}>
      {of.map(({ name, to }) => (
        <To key={to} to={to} className={styles.tab} current="page">
          {name}
        </To>
      ))}
    </nav>
  );
}
