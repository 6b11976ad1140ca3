import { UsageBar } from '../../dashboard/parts/UsageBar';
import { count } from '../../money';
import { businessNow } from '../../now';
import { usePlanName } from '../plans/usePlanName';
import styles from './Meters.module.css';
import { resetWords } from './period-words';
import type { MeterUse } from './usage-calls';

/** Every meter: used of limit, what is left, what is extra, and when it resets. */
export function Meters({ meters }: { meters: MeterUse[] }) {
  return (
    <ul className={styles.meters}>
      {meters.map((use) => (
        <li key={use.meter} className={styles.meter}>
          <div className={styles.line}>
            <strong>{use.meter}</strong>
            <span className={styles.quiet}>{resetWords(use.resetsAt, businessNow())}</span>
          </div>
          <UsageBar used={use.count} limit={use.limit} />
          <Left use={use} />
        </li>
      ))}
    </ul>
  );
}

function Left({ use: { limit, remaining, extra = 0, plan, resetsAt } }: { use: MeterUse }) {
  const planName = usePlanName();
  if (typeof remaining !== 'number') return null;
  const left =
    remaining > 0 ? `${count(remaining)} left` : limit === 0 ? noneWords(plan && planName(plan)) : 'Nothing left';
  return (
    <div className={styles.line}>
      <span className={styles.quiet}>{left}</span>
      {extra > 0 && (
        <span className={styles.extra}>
          {count(extra)} extra{resetsAt && ' in this period'}
        </span>
      )}
    </div>
  );
}

function noneWords(plan: string): string {
  return plan ? `The plan ${plan} has none` : 'Without a plan nothing may be used';
}
