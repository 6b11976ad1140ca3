import styles from './Sparkline.module.css';

/** How a figure went day by day: what stands at the end of each day, or what came on it. */
export interface Trend {
  kind: 'line' | 'bars';
  values: number[];
}

const WIDTH = 56;
const HEIGHT = 20;
/** Room for the line's own width. */
const EDGE = 1;

/** A figure day by day in small, without numbers: the chart below has them. Nothing with fewer than two days. */
export function Sparkline({ kind, values }: Trend) {
  const most = Math.max(...values, 0);
  if (values.length < 2 || most === 0) return null;
  const y = (value: number) => HEIGHT - EDGE - (Math.max(0, value) / most) * (HEIGHT - 2 * EDGE);
  const slot = WIDTH / values.length;
  const x = (at: number) => EDGE + (at / (values.length - 1)) * (WIDTH - 2 * EDGE);
  return (
    <svg className={styles.trend} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} aria-hidden="true">
      {kind === 'line' ? (
        <polyline points={values.map((value, at) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(' ')} />
      ) : (
        <path d={values.map((value, at) => bar(at * slot, slot * 0.7, y(value))).join('')} />
      )}
    </svg>
  );
}

function bar(left: number, width: number, top: number): string {
  return `M${left.toFixed(2)} ${HEIGHT}h${width.toFixed(2)}V${top.toFixed(1)}h${(-width).toFixed(2)}z`;
}
