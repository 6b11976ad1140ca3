import { Anchor } from '@mantine/core';

import { isWebAddress } from '../../address';
import { StatusBadge } from '../../dashboard/parts/Badge';
import { DataTable } from '../../dashboard/parts/DataTable';
import { Panel } from '../../dashboard/parts/Panel';
import { Bones, Loaded } from '../../dashboard/parts/States';
import { useProject } from '../../dashboard/projects';
import { useLive } from '../../dashboard/queries';
import { money } from '../../money';
import { dayWords } from '../../times';
import { customersOf, type Invoice, readInvoices } from './calls';
import styles from './Invoices.module.css';
import { Nothing } from './Nothing';

/** What a customer was billed. */
export function Invoices({ id }: { id: string }) {
  const { pk } = useProject();
  const invoices = useLive([...customersOf(pk), 'invoices', id], () => readInvoices(pk, id));
  return (
    <Panel title="Invoices" flush>
      <Loaded of={invoices} waiting={<Bones rows={2} />}>
        {({ invoices: rows }) => (
          <DataTable
            label="Invoices"
            rows={rows}
            rowKey={(row) => row.id}
            columns={[
              { name: 'Date', cell: ({ createdAt }) => dayWords(createdAt) },
              { name: 'Number', cell: numberOf, wideOnly: true },
              { name: 'Status', cell: ({ status }) => <StatusBadge status={status} /> },
              { name: 'Amount', cell: amountOf, number: true },
            ]}
            empty={<Nothing>No invoices yet.</Nothing>}
          />
        )}
      </Loaded>
    </Panel>
  );
}

/** The invoice leads to its page at the payment provider. */
function numberOf({ id, number, hostedUrl }: Invoice) {
  const name = number ?? id;
  return hostedUrl && isWebAddress(hostedUrl) ? (
    <Anchor href={hostedUrl} rel="noreferrer" fz="inherit">
      {name}
    </Anchor>
  ) : (
    name
  );
}

/** What was paid, or is to be paid; and what went back of it. */
function amountOf({ status, amountDue, amountPaid, amountRefunded, currency }: Invoice) {
  return (
    <>
      {money(status === 'paid' ? amountPaid : amountDue, currency)}
      {amountRefunded > 0 && <span className={styles.back}>{money(amountRefunded, currency)} refunded</span>}
    </>
  );
}
