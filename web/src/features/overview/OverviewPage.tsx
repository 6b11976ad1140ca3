import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';

import { Code } from '../../dashboard/parts/Code';
import { Page } from '../../dashboard/parts/Page';
import { Panel } from '../../dashboard/parts/Panel';
import { Bones, Empty, Loaded } from '../../dashboard/parts/States';
import { To } from '../../dashboard/parts/To';
import { useProject } from '../../dashboard/projects';
import { useLive } from '../../dashboard/queries';
import { count, money } from '../../money';
import { usePageContext } from '../../parts/page-context';
import { Alerts } from './Alerts';
import { Card } from './Card';
import { Charts, useSeries } from './Charts';
import { type Dashboard, type DayRow, readDashboard } from './calls';
import { HealthBadge } from './HealthBadge';
import styles from './OverviewPage.module.css';
import { Sample } from './Sample';

/** How the project stands: figures, charts, and what needs a look. */
export function OverviewPage() {
  const { project, pk, base } = useProject();
  const navigate = useNavigate();
  const dashboard = useLive(['dashboard', pk], () => readDashboard(pk));
  // Asked for at once, shown below what stands above it, so that nothing moves.
  const days = useSeries().series.data?.days ?? [];
  const isStore = project.type === 'store';
  return (
    <Page
      title="Overview"
      about={isStore ? 'Sales, stock and orders at a glance.' : 'Revenue, customers and usage at a glance.'}
      mark={dashboard.data?.health && <HealthBadge health={dashboard.data.health} />}
      action={
        project.mode === 'test' ? (
          <Button variant="default" onClick={() => void navigate({ to: `${base}/start` })}>
            Get started
          </Button>
        ) : undefined
      }
    >
      <Sample />
      <Loaded of={dashboard} waiting={<Waiting />}>
        {(data) => (
          <>
            <Alerts alerts={data.alerts ?? []} />
            {isStore ? <StoreCards data={data} days={days} /> : <PlanCards data={data} days={days} />}
            {isUntouched(data, isStore) && <FirstCall />}
            <Charts />
          </>
        )}
      </Loaded>
    </Page>
  );
}

interface CardsProps {
  data: Dashboard;
  days: DayRow[];
}

function PlanCards({ data: { metrics, previous }, days }: CardsProps) {
  const { base } = useProject();
  const { currency, mrr } = metrics;
  const others = Object.entries(metrics.mrrByCurrency)
    .filter(([other]) => other !== currency)
    .map(([other, amount]) => money(amount, other));
  return (
    <div className={styles.cards}>
      <Card
        label="MRR"
        value={money(mrr, currency)}
        now={mrr}
        before={previous?.mrr}
        words={(amount) => money(amount, currency)}
        to={`${base}/plans`}
        trend={{ kind: 'line', values: days.map((day) => day.mrr[currency] ?? 0) }}
        more={others.length > 0 ? `and ${others.join(', ')}` : undefined}
      />
      <Card
        label="Active subscriptions"
        value={count(metrics.activeSubs)}
        now={metrics.activeSubs}
        before={previous?.activeSubs}
        trend={{ kind: 'line', values: days.map(({ subscribers }) => subscribers) }}
        more={metrics.trialingSubs > 0 ? `and ${count(metrics.trialingSubs)} in trial` : undefined}
        to={`${base}/customers?status=active`}
      />
      <Card
        label="Canceling"
        value={count(metrics.cancelingSubs)}
        now={metrics.cancelingSubs}
        before={previous?.cancelingSubs}
        isGoodWhenLess
        trend={{ kind: 'line', values: days.map(({ canceling }) => canceling) }}
        to={`${base}/customers?status=canceling`}
      />
      <Card
        label="Usage this period"
        value={count(metrics.usageThisPeriod)}
        now={metrics.usageThisPeriod}
        before={previous?.usageThisPeriod}
        trend={{ kind: 'bars', values: days.map(({ usage }) => usage) }}
        to={`${base}/usage`}
      />
    </div>
  );
}

function StoreCards({ data: { metrics, previous }, days }: CardsProps) {
  const { base } = useProject();
  const words = (amount: number) => money(amount, metrics.currency);
  return (
    <div className={styles.cards}>
      <Card
        label="Revenue"
        value={words(metrics.storeTotalRevenue)}
        now={metrics.storeTotalRevenue}
        before={previous?.storeTotalRevenue}
        words={words}
        trend={{ kind: 'bars', values: days.map((day) => day.revenue[metrics.currency] ?? 0) }}
        to={`${base}/orders`}
      />
      <Card
        label="Sales"
        value={count(metrics.storeSalesCount)}
        now={metrics.storeSalesCount}
        before={previous?.storeSalesCount}
        trend={{ kind: 'bars', values: days.map(({ sales }) => sales) }}
        to={`${base}/orders`}
      />
      <Card label="Items in stock" value={count(metrics.totalInventory)} to={`${base}/products`} />
      <Card label="Low on stock" value={count(metrics.lowStockProducts)} to={`${base}/products`} />
    </div>
  );
}

function FirstCall() {
  const { base, project, pk } = useProject();
  const { baseUrl } = usePageContext();
  const isStore = project.type === 'store';
  const text = isStore
    ? `curl ${baseUrl}/api/products \\\n  -H "X-Publishable-Key: ${pk}"`
    : `curl -X POST ${baseUrl}/api/data \\\n  -H "Authorization: Bearer $DREAM_SECRET_KEY" \\\n  -H "X-User-Id: somebody"`;
  return (
    <Panel flush>
      <Empty title={isStore ? 'Nothing sold yet' : 'Nothing counted yet'}>
        <p>
          {isStore
            ? 'This call lists what your store sells; a checkout fills this page.'
            : 'This call counts the first request of somebody; the figures above follow within seconds.'}
        </p>
        <Code text={text} label="The call" />
        <To to={`${base}/developers/quickstart`}>Other languages</To>
      </Empty>
    </Panel>
  );
}

function Waiting() {
  return (
    <>
      <div className={styles.cards}>
        {['a', 'b', 'c', 'd'].map((name) => (
          <Bones key={name} rows={1} height={112} />
        ))}
      </div>
      <Bones rows={1} height={320} />
    </>
  );
}

function isUntouched({ metrics }: Dashboard, isStore: boolean): boolean {
  return isStore ? metrics.storeSalesCount === 0 : metrics.usageThisPeriod === 0 && metrics.activeSubs === 0;
}
