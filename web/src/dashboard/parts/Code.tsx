import { CopyButton } from '../../parts/CopyButton';
import styles from './Code.module.css';

/** Lines of code that can be copied; what scrolls can be reached by keyboard. */
export function Code({ text, label, tall = false }: { text: string; label: string; tall?: boolean }) {
  return (
    <div className={styles.code}>
      <div className={styles.copy}>
        <CopyButton text={text} label={`Copy: ${label}`} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section className={styles.lines} data-tall={tall || undefined} tabIndex={0} aria-label={label}>
        <pre>{text}</pre>
      </section>
    </div>
  );
}
