import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import { Badge, StatusBadge } from '../../dashboard/parts/Badge';
import { Code } from '../../dashboard/parts/Code';
import { CopyText } from '../../dashboard/parts/CopyText';
import { Facts } from '../../dashboard/parts/Facts';
import { Page } from '../../dashboard/parts/Page';
import { Panel } from '../../dashboard/parts/Panel';
import { Bones, Empty, Loaded } from '../../dashboard/parts/States';
import { UsageBar } from '../../dashboard/parts/UsageBar';
import { useProject } from '../../dashboard/projects';
import { useLive } from '../../dashboard/queries';
import { dayWords, momentWords, whenWords } from '../../times';
import { Actions } from './Actions';
import styles from './CustomerPage.module.css';
import { type Customer, type CustomerRow, customersOf, readCustomer, readCustomerRow } from './calls';
import { Invoices } from './Invoices';
import { WhyThisPlan } from './WhyThisPlan';

/** One customer: who it is, what is used, why this plan, what was paid, and what can be done. */
export function CustomerPage() {
  const { pk, base } = useProject();
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const customer = useLive([...customersOf(pk), 'one', id], () => readCustomer(pk, id));
  const row = useLive([...customersOf(pk), 'row', id], () => readCustomerRow(pk, id));
  const name = customer.data?.email ?? customer.data?.externalId ?? 'Customer';
  return (
    <Page
      title={name}
      above={{ name: 'Customers', to: `${base}/customers` }}
      mark={customer.data && <Badge tone="accent">{customer.data.plan}</Badge>}
    >
      <div className={styles.columns}>
        <div className={styles.column}>
          <Loaded of={customer} waiting={<Bones rows={1} height={320} />}>
            {(data) => <Who customer={data} row={row.data ?? null} />}
          </Loaded>
          {customer.data && <Actions customer={customer.data} />}
        </div>
        <div className={styles.column}>
          <Panel title="Usage">
            <Loaded of={row} waiting={<Bones rows={1} height={48} />}>
              {(found) => <Usage row={found} />}
            </Loaded>
          </Panel>
          <WhyThisPlan id={id} />
          <Invoices id={id} />
          {customer.data && <Raw customer={customer.data} />}
        </div>
      </div>
    </Page>
  );
}

function Who({ customer, row }: { customer: Customer; row: CustomerRow | null }) {
  const { id, email, emailVerified, externalId, firstName, lastName, createdAt } = customer;
  return (
    <Panel title="Facts">
      <Facts
        of={[
          ['Customer id', <CopyText key="id" text={id} label="customer id" />],
          ['E-mail', email && `${email}${emailVerified ? '' : ' (not confirmed)'}`],
          ['Name', [firstName, lastName].filter(Boolean).join(' ')],
          ['Your own id', externalId && <CopyText text={externalId} label="external id" />],
          ['Plan', customer.plan],
          ['Subscription', row && <StatusBadge status={row.status} />],
          ...ends(row),
          ['Since', momentWords(createdAt)],
          ['Changed', whenWords(customer.updatedAt, Date.now())],
        ]}
      />
    </Panel>
  );
}

/** When the subscription goes on or ends, if there is one. */
function ends(row: CustomerRow | null): [string, ReactNode][] {
  if (row?.cancelAt) return [['Ends', momentWords(Date.parse(row.cancelAt))]];
  return row?.renewsAt ? [['Renews', momentWords(Date.parse(row.renewsAt))]] : [];
}

function Usage({ row }: { row: CustomerRow | null }) {
  if (!row) return <Empty title="Nothing is counted for this customer." />;
  const ends = Date.parse(`${row.periodEnd}T23:59:59.999Z`);
  return (
    <div>
      <div className={styles.meter}>
        <strong>requests</strong>
        {!Number.isNaN(ends) && (
          <span className={styles.resets}>
            Resets {whenWords(ends, Date.now())}, after {dayWords(ends)}
          </span>
        )}
      </div>
      <UsageBar used={row.usageCount} limit={row.limit} />
    </div>
  );
}

function Raw({ customer }: { customer: Customer }) {
  return (
    <details className={styles.raw}>
      <summary>As JSON</summary>
      <Code text={JSON.stringify(customer, null, 2)} label="The customer as JSON" />
    </details>
  );
}
