import { type Column, DataTable } from '../../dashboard/parts/DataTable';
import { Panel } from '../../dashboard/parts/Panel';
import { Empty } from '../../dashboard/parts/States';
import { To } from '../../dashboard/parts/To';
import { UsageBar } from '../../dashboard/parts/UsageBar';
import { useProject } from '../../dashboard/projects';
import { counted } from '../../money';
import { usePlanName } from '../plans/usePlanName';
import type { TopUser, Used } from './calls';
import styles from './TopCustomers.module.css';
import pageStyles from './UsagePage.module.css';

/** Who uses most in the periods that run. */
export function TopCustomers({ used: { top, meter, customers } }: { used: Used }) {
  const { base } = useProject();
  const planName = usePlanName();
  return (
    <Panel
      title="Who uses most"
      about={aboutOf(top.length, customers.counted)}
      action={
        <To to={`${base}/customers`} className={pageStyles.more}>
          All customers
        </To>
      }
      flush
    >
      <DataTable
        label="Who uses most"
        rows={top}
        rowKey={({ userId }) => userId}
        columns={[
          { name: 'Customer', cell: (user) => <Who user={user} /> },
          { name: 'Plan', cell: ({ plan }) => planName(plan) || '–', wideOnly: true },
          ...COLUMNS,
        ]}
        empty={
          <Empty title={`Nobody has used ${meter} in a period that runs`}>
            <p>Periods begin anew; what was used before stands in the chart above.</p>
          </Empty>
        }
      />
    </Panel>
  );
}

const COLUMNS: Column<TopUser>[] = [
  { name: 'Share of all', cell: ({ share }) => shareWords(share), number: true, wideOnly: true },
  { name: 'Used of limit', cell: ({ used, limit }) => <UsageBar used={used} limit={limit} /> },
];

function Who({ user: { userId, customerId, email } }: { user: TopUser }) {
  const { base } = useProject();
  const name = <span className={styles.name}>{email ?? userId}</span>;
  return customerId ? (
    <To to={`${base}/customers/${encodeURIComponent(customerId)}`} className={styles.link}>
      {name}
    </To>
  ) : (
    name
  );
}

function aboutOf(shown: number, all: number): string | undefined {
  if (all === 0) return undefined;
  return shown < all
    ? `The first ${shown} of ${counted(all, 'customer')}, each in the running period.`
    : 'Each in the running period.';
}

/** Hundredths of a percent: 1234 is "12.3 %", 3 is "0.03 %". */
export function shareWords(share: number): string {
  return `${share >= 100 ? (share / 100).toFixed(1) : (share / 100).toFixed(2)} %`;
}
