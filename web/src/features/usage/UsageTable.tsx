import type { ReactNode } from 'react';

import { type Column, DataTable } from '../../dashboard/parts/DataTable';
import { To } from '../../dashboard/parts/To';
import { UsageBar } from '../../dashboard/parts/UsageBar';
import { useProject } from '../../dashboard/projects';
import { usePlanName } from '../plans/usePlanName';
import type { UsageOfCustomer } from './calls';
import styles from './UsageTable.module.css';

interface UsageTableProps {
  label: string;
  rows: UsageOfCustomer[];
  /** What to show without rows. */
  empty: ReactNode;
}

/** Who uses how much in the periods that run. */
export function UsageTable({ label, rows, empty }: UsageTableProps) {
  const planName = usePlanName();
  return (
    <DataTable
      label={label}
      rows={rows}
      rowKey={({ userId }) => userId}
      columns={[
        { name: 'Customer', cell: (user) => <Who user={user} /> },
        { name: 'Plan', cell: ({ plan }) => planName(plan) || '–', wideOnly: true },
        ...COLUMNS,
      ]}
      empty={empty}
    />
  );
}

const COLUMNS: Column<UsageOfCustomer>[] = [
  { name: 'Share of all', cell: ({ share }) => shareWords(share), number: true, wideOnly: true },
  { name: 'Used of limit', cell: ({ used, limit }) => <UsageBar used={used} limit={limit} /> },
];

function Who({ user: { userId, customerId, email } }: { user: UsageOfCustomer }) {
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

/** Hundredths of a percent: 1234 is "12.3 %", 3 is "0.03 %". */
export function shareWords(share: number): string {
  return `${share >= 100 ? (share / 100).toFixed(1) : (share / 100).toFixed(2)} %`;
}
