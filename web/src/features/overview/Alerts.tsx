import { Icon } from '../../dashboard/parts/Icon';
import { To } from '../../dashboard/parts/To';
import { useProject } from '../../dashboard/projects';
import { businessNow, machineNow } from '../../now';
import { agoWords } from '../../times';
import styles from './Alerts.module.css';
import type { Alert } from './calls';

/** What needs a look. */
export function Alerts({ alerts }: { alerts: Alert[] }) {
  const { base } = useProject();
  if (alerts.length === 0) return null;
  return (
    <ul className={styles.alerts} aria-label="Needs a look">
      {alerts.map(({ code, level, message, at, link }) => (
        <li key={`${code} ${message}`} className={styles.alert} data-level={level}>
          <Icon name="warning" />
          <span className={styles.text}>{message}</span>
          {at && (
            <span className={styles.at}>{agoWords(at, code === 'events_dead' ? machineNow() : businessNow())}</span>
          )}
          <To to={`${base}/${link}`}>View</To>
        </li>
      ))}
    </ul>
  );
}
