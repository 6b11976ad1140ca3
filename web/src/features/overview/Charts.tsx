import { useNavigate, useSearch } from '@tanstack/react-router';

import { Chart } from '../../dashboard/parts/Chart';
import { Choice } from '../../dashboard/parts/Choice';
import { Panel } from '../../dashboard/parts/Panel';
import { Bones, Loaded } from '../../dashboard/parts/States';
import { useProject } from '../../dashboard/projects';
import { useLive } from '../../dashboard/queries';
import { count, money, shortCount, shortMoney } from '../../money';
import styles from './Charts.module.css';
import { type DayRow, readSeries } from './calls';

const SPANS = ['30', '90', '365'];

/** What happened day by day: revenue, subscribers, usage. The span stands in the address. */
export function Charts() {
  const { project, base } = useProject();
  const navigate = useNavigate();
  const { span, series } = useSeries();
  return (
    <section aria-label="Charts" className={styles.charts}>
      <div className={styles.top}>
        <h2 className={styles.title}>By day</h2>
        <Choice
          label="Span"
          value={span}
          of={SPANS.map((days) => ({ value: days, name: `${days} days` }))}
          onChange={(days) => void navigate({ to: base, search: { days }, resetScroll: false, replace: true })}
        />
      </div>
      <Loaded of={series} waiting={<Bones rows={2} height={296} />}>
        {({ days, currencies }) => (
          <div className={styles.grid} data-few={days.length < 2 || undefined}>
            {(currencies.length > 0 ? currencies : ['usd']).map((currency) => (
              <MoneyChart key={currency} days={days} currency={currency} isStore={project.type === 'store'} />
            ))}
            {project.type !== 'store' && <Subscribers days={days} />}
            {project.type !== 'store' && <Usage days={days} />}
          </div>
        )}
      </Loaded>
    </section>
  );
}

/** What happened in the span of the address. */
export function useSeries() {
  const { pk } = useProject();
  const search: Record<string, string> = useSearch({ strict: false });
  const span = SPANS.find((days) => days === search['days']) ?? '30';
  return { span, series: useLive(['series', pk, span], () => readSeries(pk, Number(span))) };
}

function MoneyChart({ days, currency, isStore }: { days: DayRow[]; currency: string; isStore: boolean }) {
  const name = isStore ? 'Revenue' : 'MRR';
  const values = days.map((day) => (isStore ? day.revenue : day.mrr)[currency] ?? 0);
  return (
    <Panel title={`${name}, ${currency.toUpperCase()}`}>
      <Chart
        label={`${name} by day in ${currency.toUpperCase()}`}
        kind={isStore ? 'bars' : 'line'}
        days={days.map(({ day }) => day)}
        series={[{ name, tone: 'accent', values }]}
        words={(value) => money(value, currency)}
        short={(value) => shortMoney(value, currency)}
      />
    </Panel>
  );
}

function Subscribers({ days }: { days: DayRow[] }) {
  return (
    <Panel title="New and lost subscribers">
      <Chart
        label="New and lost subscribers by day"
        kind="bars"
        days={days.map(({ day }) => day)}
        series={[
          { name: 'New', tone: 'good', values: days.map(({ newSubscriptions }) => newSubscriptions) },
          { name: 'Lost', tone: 'bad', values: days.map(({ churned }) => churned) },
        ]}
        words={count}
        short={shortCount}
      />
    </Panel>
  );
}

function Usage({ days }: { days: DayRow[] }) {
  return (
    <Panel title="Usage, requests">
      <Chart
        label="Requests by day"
        kind="bars"
        days={days.map(({ day }) => day)}
        series={[{ name: 'Requests', tone: 'accent', values: days.map(({ usage }) => usage) }]}
        words={count}
        short={shortCount}
      />
    </Panel>
  );
}
