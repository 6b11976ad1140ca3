import { useElementSize } from '@mantine/hooks';
import { type KeyboardEvent, type PointerEvent, useState } from 'react';

import { businessNow, useAheadMs } from '../../now';
import { dayOf, shortDay } from '../../times';
import styles from './Chart.module.css';
import { labelled, roundSteps } from './scale';

/** One line, or one row of bars. */
export interface Series {
  name: string;
  tone: 'accent' | 'good' | 'bad';
  values: number[];
}

interface ChartProps {
  /** What it shows, with its unit. */
  label: string;
  kind: 'line' | 'bars';
  /** Days like 2026-11-21, the oldest first. */
  days: string[];
  series: Series[];
  /** A value in full. */
  words: (value: number) => string;
  /** A value beside the axis. */
  short: (value: number) => string;
}

const HEIGHT = 200;
/** Narrower than this nothing can be read. */
const NARROWEST = 200;
const LEFT = 48;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 24;

/** Values by day: pointer and arrow keys show each; a table holds the same. */
export function Chart(props: ChartProps) {
  const { days, label } = props;
  if (days.length < 2) return <p className={styles.few}>There is a chart as soon as there are two days to compare.</p>;
  return (
    <figure className={styles.figure}>
      <Drawing {...props} />
      <div className={styles.foot}>
        <details>
          <summary>
            Table<span className="visually-hidden"> of {label}</span>
          </summary>
          <ValueTable {...props} />
        </details>
        <Legend {...props} />
      </div>
    </figure>
  );
}

function Drawing(props: ChartProps) {
  const { days, series, label, kind, words } = props;
  const { ref, width } = useElementSize();
  const [at, setAt] = useState<number | null>(null);
  const space = spaceOf(Math.max(width || 600, NARROWEST), days.length, series, kind);
  const last = days.length - 1;
  const shown = at ?? last;

  function onKeyDown(event: KeyboardEvent) {
    const goal = { ArrowLeft: shown - 1, ArrowRight: shown + 1, Home: 0, End: last }[event.key];
    if (goal === undefined) return;
    event.preventDefault();
    setAt(Math.min(last, Math.max(0, goal)));
  }

  function onPointerMove(event: PointerEvent<HTMLDivElement>) {
    const box = event.currentTarget.getBoundingClientRect();
    setAt(space.dayAt(event.clientX - box.left));
  }

  return (
    <div
      ref={ref}
      className={styles.drawing}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-orientation="horizontal"
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={shown}
      aria-valuetext={`${shortDay(days[shown] ?? '')}: ${series.map(({ name, values }) => `${name} ${words(values[shown] ?? 0)}`).join(', ')}`}
      onKeyDown={onKeyDown}
      onFocus={() => setAt(shown)}
      onBlur={() => setAt(null)}
      onPointerMove={onPointerMove}
      onPointerLeave={() => setAt(null)}
    >
      <svg width="100%" height={HEIGHT} aria-hidden="true">
        <Axes {...props} space={space} />
        {series.map((one, index) =>
          kind === 'line' ? (
            <Line key={one.name} one={one} space={space} />
          ) : (
            <Bars key={one.name} one={one} space={space} index={index} of={series.length} />
          ),
        )}
        {at !== null && <line className={styles.cursor} x1={space.x(at)} x2={space.x(at)} y1={TOP} y2={space.floor} />}
      </svg>
      {at !== null && <Tip {...props} at={at} space={space} />}
    </div>
  );
}

interface Space {
  width: number;
  floor: number;
  steps: number[];
  slot: number;
  x: (day: number) => number;
  y: (value: number) => number;
  dayAt: (x: number) => number;
}

function spaceOf(width: number, length: number, series: Series[], kind: 'line' | 'bars'): Space {
  const most = Math.max(...series.flatMap(({ values }) => values), 0);
  const steps = roundSteps(most);
  const end = steps.at(-1) || 1;
  const floor = HEIGHT - BOTTOM;
  const inner = Math.max(1, width - LEFT - RIGHT);
  const slot = kind === 'bars' ? inner / length : inner / (length - 1);
  const start = kind === 'bars' ? LEFT + slot / 2 : LEFT;
  return {
    width,
    floor,
    steps,
    slot,
    x: (day) => start + day * slot,
    y: (value) => floor - (value / end) * (floor - TOP),
    dayAt: (x) => Math.min(length - 1, Math.max(0, Math.round((x - start) / slot))),
  };
}

function Axes({ days, short, space }: ChartProps & { space: Space }) {
  useAheadMs();
  const labels = labelled(days.length, Math.max(2, Math.floor(space.width / 96)));
  const last = days.length - 1;
  const isToday = (day: number) => days[day] === dayOf(businessNow());
  return (
    <>
      {space.steps.map((value) => (
        <g key={value}>
          <line className={styles.grid} x1={LEFT} x2={space.width - RIGHT} y1={space.y(value)} y2={space.y(value)} />
          <text className={styles.tick} x={LEFT - 8} y={space.y(value) + 4} textAnchor="end">
            {short(value)}
          </text>
        </g>
      ))}
      {labels.map((day) => (
        <text
          key={day}
          className={styles.tick}
          data-today={isToday(day) || undefined}
          x={day === last ? space.width - RIGHT : space.x(day)}
          y={HEIGHT - 6}
          textAnchor={day === last ? 'end' : day === 0 ? 'start' : 'middle'}
        >
          {isToday(day) ? 'Today' : shortDay(days[day] ?? '')}
        </text>
      ))}
    </>
  );
}

function Line({ one, space }: { one: Series; space: Space }) {
  const points = one.values.map((value, day) => `${space.x(day).toFixed(1)},${space.y(value).toFixed(1)}`);
  const last = one.values.length - 1;
  return (
    <g data-tone={one.tone} className={styles.line}>
      <polygon points={`${space.x(0)},${space.floor} ${points.join(' ')} ${space.x(last)},${space.floor}`} />
      <polyline points={points.join(' ')} />
      <circle cx={space.x(last)} cy={space.y(one.values[last] ?? 0)} r={3.5} />
    </g>
  );
}

function Bars({ one, space, index, of }: { one: Series; space: Space; index: number; of: number }) {
  const width = Math.max(1, Math.min(18, (space.slot * 0.7) / of));
  return (
    <g data-tone={one.tone} className={styles.bars}>
      {one.values.map((value, day) =>
        value <= 0 ? null : (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its day
            key={day}
            x={space.x(day) + (index - of / 2) * width}
            y={space.y(value)}
            width={Math.max(1, width - (of > 1 ? 0.5 : 0))}
            height={space.floor - space.y(value)}
            rx={Math.min(2, width / 3)}
          />
        ),
      )}
    </g>
  );
}

function Tip({ days, series, words, at, space }: ChartProps & { at: number; space: Space }) {
  const onLeft = space.x(at) > space.width / 2;
  return (
    <div
      className={styles.tip}
      style={onLeft ? { right: space.width - space.x(at) + 8 } : { left: space.x(at) + 8 }}
      aria-hidden="true"
    >
      <div className={styles.day}>{shortDay(days[at] ?? '')}</div>
      {series.map(({ name, tone, values }) => (
        <div key={name} className={styles.value}>
          <span className={styles.dot} data-tone={tone} />
          {name} <strong>{words(values[at] ?? 0)}</strong>
        </div>
      ))}
    </div>
  );
}

function Legend({ series }: ChartProps) {
  if (series.length < 2) return null;
  return (
    <div className={styles.legend} aria-hidden="true">
      {series.map(({ name, tone }) => (
        <span key={name} className={styles.value}>
          <span className={styles.dot} data-tone={tone} />
          {name}
        </span>
      ))}
    </div>
  );
}

function ValueTable({ days, series, words, label }: ChartProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className={styles.table} tabIndex={0} aria-label={`Values of ${label}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">Day</th>
            {series.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {days.map((day, at) => (
            <tr key={day}>
              <th scope="row">{shortDay(day)}</th>
              {series.map(({ name, values }) => (
                <td key={name}>{words(values[at] ?? 0)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
