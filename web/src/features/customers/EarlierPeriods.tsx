import { DataTable } from '../../dashboard/parts/DataTable';
import { count } from '../../money';
import { usePlanName } from '../plans/usePlanName';
import styles from './EarlierPeriods.module.css';
import { periodWords } from './period-words';
import type { ClosedPeriod } from './usage-calls';

/** What was used in periods that are over. */
export function EarlierPeriods({ periods }: { periods: ClosedPeriod[] }) {
  const planName = usePlanName();
  if (periods.length === 0) return null;
  return (
    <details className={styles.earlier}>
      <summary>Earlier periods</summary>
      <div className={styles.table}>
        <DataTable
          label="Earlier periods"
          rows={periods}
          rowKey={({ meter, periodStart }) => `${meter} ${periodStart}`}
          columns={[
            {
              name: 'Period',
              cell: ({ periodStart, periodEnd }) => `${periodWords(periodStart, periodEnd)} ${periodEnd.slice(0, 4)}`,
            },
            { name: 'Meter', cell: ({ meter }) => meter },
            { name: 'Plan at its end', cell: ({ plan }) => planName(plan), wideOnly: true },
            { name: 'Used', cell: (period) => count(period.count), number: true },
          ]}
          empty={null}
        />
      </div>
    </details>
  );
}
