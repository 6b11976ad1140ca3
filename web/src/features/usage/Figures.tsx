import type { ReactNode } from 'react';

import { address } from '../../dashboard/parts/DataTable';
import { Icon } from '../../dashboard/parts/Icon';
import { To } from '../../dashboard/parts/To';
import { useProject } from '../../dashboard/projects';
import { count, counted } from '../../money';
import { FIRST_METER, type Used } from './calls';
import styles from './Figures.module.css';
import { daysBefore, monthWords } from './month-words';
import pageStyles from './UsagePage.module.css';

/** How much is used, by how many, and how many are near the end of it. */
export function Figures({ used: { used, previous, customers, days, meter } }: { used: Used }) {
  const { base } = useProject();
  const near = (usage: string) =>
    address(`${base}/usage/customers`, { meter: meter === FIRST_METER ? undefined : meter, usage });
  const today = days.at(-1)?.day ?? '1970-01-01';
  return (
    <dl className={pageStyles.cards}>
      <Figure name={`Used in ${monthWords(today)}`} value={used}>
        <Change by={used - previous} than={daysBefore(today)} />
      </Figure>
      <Figure name="Customers" value={customers.counted}>
        used some in their running period
      </Figure>
      <Figure
        name="Close to the limit"
        value={customers.close}
        level={customers.close > 0 ? 'near' : undefined}
        to={near('close')}
      >
        80 % of it or more is used
      </Figure>
      <Figure
        name="At the limit"
        value={customers.reached}
        level={customers.reached > 0 ? 'full' : undefined}
        to={near('reached')}
      >
        refused until it resets
      </Figure>
    </dl>
  );
}

interface FigureProps {
  name: string;
  value: number;
  /** How near the end it is. */
  level?: 'near' | 'full' | undefined;
  /** The customers behind it. */
  to?: string | undefined;
  children: ReactNode;
}

function Figure({ name, value, level, to, children }: FigureProps) {
  return (
    <div className={styles.figure} data-level={level}>
      <dt>{name}</dt>
      <dd className={styles.value}>
        {to ? (
          <To to={to} className={styles.link} label={`${name}: ${counted(value, 'customer')}`}>
            {count(value)}
          </To>
        ) : (
          count(value)
        )}
      </dd>
      <dd className={styles.about}>{children}</dd>
    </div>
  );
}

function Change({ by, than }: { by: number; than: string }) {
  if (by === 0) return <>as much as {than}</>;
  return (
    <span className={styles.change}>
      <Icon name={by > 0 ? 'up' : 'down'} size={14} />
      {count(Math.abs(by))} {by > 0 ? 'more' : 'less'} than {than}
    </span>
  );
}
