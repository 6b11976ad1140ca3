import { Icon } from '../../dashboard/parts/Icon';
import { To } from '../../dashboard/parts/To';
import { count } from '../../money';
import styles from './Card.module.css';
import { Sparkline, type Trend } from './Sparkline';

interface CardProps {
  label: string;
  value: string;
  /** The page behind it. */
  to: string;
  now?: number;
  /** The same figure of the period before. */
  before?: number | undefined;
  /** How a difference is told. */
  words?: (value: number) => string;
  isGoodWhenLess?: boolean;
  more?: string | undefined;
  /** How it went day by day. */
  trend?: Trend;
}

/** One figure, how it changed, and the way to what is behind it. */
export function Card({ label, value, to, now, before, words = count, isGoodWhenLess = false, more, trend }: CardProps) {
  return (
    <To to={to} className={styles.card}>
      <span className={styles.top}>
        <span className={styles.label}>{label}</span>
        {trend && <Sparkline {...trend} />}
      </span>
      <span className={styles.value}>{value}</span>
      {more && <span className={styles.more}>{more}</span>}
      {now !== undefined && before !== undefined && (
        <Change by={now - before} words={words} isGoodWhenLess={isGoodWhenLess} />
      )}
    </To>
  );
}

function Change({
  by,
  words,
  isGoodWhenLess,
}: {
  by: number;
  words: (value: number) => string;
  isGoodWhenLess: boolean;
}) {
  if (by === 0) return <span className={styles.change}>No change</span>;
  const isGood = by > 0 !== isGoodWhenLess;
  return (
    <span className={styles.change} data-good={isGood}>
      <Icon name={by > 0 ? 'up' : 'down'} size={14} />
      {words(Math.abs(by))}
      <span className={styles.than}>{by > 0 ? 'more' : 'less'} than the period before</span>
    </span>
  );
}
