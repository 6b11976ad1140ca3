import { DataTable } from '../../dashboard/parts/DataTable';
import { Figure } from '../../dashboard/parts/Figure';
import { Page } from '../../dashboard/parts/Page';
import { Panel } from '../../dashboard/parts/Panel';
import { Bones, Empty, Loaded } from '../../dashboard/parts/States';
import { baseOf } from '../../dashboard/projects';
import { useLive } from '../../dashboard/queries';
import { count, money } from '../../money';
import { PROJECTS, readProjects } from '../projects/calls';
import { type ProjectTotals, readTotals } from './calls';
import styles from './TotalsPage.module.css';

/** All live projects together. */
export function TotalsPage() {
  const projects = useLive(PROJECTS, readProjects);
  const live = projects.data?.projects.find(({ mode }) => mode === 'live');
  return (
    <Page title="Totals" about="All of your live projects together. Test mode counts nothing here.">
      <Loaded of={projects}>
        {() =>
          live ? (
            <Sums pk={live.publishableKey} />
          ) : (
            <Panel flush>
              <Empty title="No project is live yet">
                <p>As soon as one goes live, its revenue and customers are added up here.</p>
              </Empty>
            </Panel>
          )
        }
      </Loaded>
    </Page>
  );
}

function Sums({ pk }: { pk: string }) {
  const totals = useLive(['totals', pk], () => readTotals(pk));
  return (
    <Loaded of={totals} waiting={<Bones rows={1} height={104} />}>
      {(data) => (
        <>
          <div className={styles.cards}>
            <Figure label="MRR" value={amounts(data.mrrByCurrency, data.currency)} />
            <Figure label="Revenue in all" value={amounts(data.revenueByCurrency, data.currency)} />
            <Figure label="Customers" value={count(data.totalCustomers)} />
            <Figure label="Active subscriptions" value={count(data.totals.activeSubs)} />
            <Figure label="Canceling" value={count(data.totals.cancelingSubs)} />
            <Figure label="Live projects" value={count(data.totals.liveProjects)} />
          </div>
          <ByProject rows={data.projects} />
        </>
      )}
    </Loaded>
  );
}

function ByProject({ rows }: { rows: ProjectTotals[] }) {
  return (
    <Panel title="By project" flush>
      <DataTable
        label="By project"
        rows={rows}
        rowKey={({ publishableKey }) => publishableKey}
        to={({ publishableKey }) => baseOf(publishableKey)}
        columns={[
          { name: 'Project', cell: ({ name }) => name },
          { name: 'Customers', cell: ({ customers }) => count(customers), number: true },
          { name: 'Active', cell: ({ activeSubs }) => count(activeSubs), number: true, wideOnly: true },
          { name: 'MRR', cell: ({ mrr, currency }) => money(mrr, currency), number: true },
        ]}
        empty={<Empty title="No project is live yet" />}
      />
    </Panel>
  );
}

function amounts(byCurrency: Record<string, number>, main: string): string {
  const all = Object.entries(byCurrency);
  return (all.length > 0 ? all : [[main, 0] as const]).map(([currency, amount]) => money(amount, currency)).join(' + ');
}
