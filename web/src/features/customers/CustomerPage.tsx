import { useMediaQuery } from '@mantine/hooks';
import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import { Badge, StatusBadge } from '../../dashboard/parts/Badge';
import { CopyText } from '../../dashboard/parts/CopyText';
import { Detail } from '../../dashboard/parts/Detail';
import { Facts } from '../../dashboard/parts/Facts';
import { Page } from '../../dashboard/parts/Page';
import { Panel } from '../../dashboard/parts/Panel';
import { Bones, Loaded, Loading } from '../../dashboard/parts/States';
import { Together } from '../../dashboard/parts/Together';
import { useProject } from '../../dashboard/projects';
import { useLive } from '../../dashboard/queries';
import { businessNow } from '../../now';
import { agoWords, momentWords } from '../../times';
import { usePlanName } from '../plans/usePlanName';
import { Actions } from './Actions';
import { CustomerEvents } from './CustomerEvents';
import { CustomerOrders } from './CustomerOrders';
import styles from './CustomerPage.module.css';
import { type Customer, type CustomerRow, customersOf, readCustomer, readCustomerRow } from './calls';
import { Invoices } from './Invoices';
import { Sessions } from './Sessions';
import { UsagePanel } from './UsagePanel';
import { WhyThisPlan } from './WhyThisPlan';

/** Narrower, the chart and the ids have no room beside each other. */
const TWO_COLUMNS = '(min-width: 1120px)';

/** One customer: who it is, what is used, why this plan, what was paid, and what can be done. */
export function CustomerPage() {
  const { pk, base } = useProject();
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const customer = useLive([...customersOf(pk), 'one', id], () => readCustomer(pk, id));
  const row = useLive([...customersOf(pk), 'row', id], () => readCustomerRow(pk, id));
  // The head grows with what is told beside the name: it comes as a whole, with what stands below.
  const shown = row.isPending ? undefined : customer.data;
  const name = shown?.email ?? shown?.externalId ?? 'Customer';
  return (
    <Page
      title={name}
      above={{ name: 'Customers', to: `${base}/customers` }}
      mark={shown && <Marks customer={shown} row={row.data ?? null} />}
      action={shown && <Actions customer={shown} />}
    >
      <Loaded of={customer} waiting={<Waiting />}>
        {(data) =>
          shown ? (
            <Detail of={data} label="The customer as JSON">
              <Together waiting={<Waiting />}>
                <Parts customer={data} row={row.data ?? null} />
              </Together>
            </Detail>
          ) : (
            <Loading>
              <Waiting />
            </Loading>
          )
        }
      </Loaded>
    </Page>
  );
}

interface CustomerProps {
  customer: Customer;
  row: CustomerRow | null;
}

function Marks({ customer, row }: CustomerProps) {
  const planName = usePlanName();
  return (
    <>
      {customer.plan && <Badge tone="accent">{planName(customer.plan)}</Badge>}
      {row && row.status !== 'none' && <StatusBadge status={row.status} />}
      {(customer.sample || row?.sample) && <Badge>Sample</Badge>}
    </>
  );
}

/**
 * Two columns, each as long as it is; where they do not fit, one, with what is asked for most on top. In a store there
 * are orders, in the place of plans and what is counted.
 */
function Parts({ customer, row }: CustomerProps) {
  const isStore = useProject().project.type === 'store';
  const isWide = useMediaQuery(TWO_COLUMNS, undefined, { getInitialValueInEffect: false });
  const who = <Who customer={customer} row={row} />;
  const first = isStore ? <CustomerOrders customer={customer} /> : <UsagePanel customer={customer} />;
  const second = (
    <>
      {!isStore && <WhyThisPlan id={customer.id} />}
      <Sessions customer={customer} />
    </>
  );
  const rest = (
    <>
      {!isStore && <Invoices id={customer.id} />}
      <CustomerEvents id={customer.id} />
    </>
  );
  if (!isWide) {
    return (
      <div className={styles.column}>
        {who}
        {first}
        {second}
        {rest}
      </div>
    );
  }
  return (
    <div className={styles.columns}>
      <div className={styles.column}>
        {who}
        {second}
      </div>
      <div className={styles.column}>
        {first}
        {rest}
      </div>
    </div>
  );
}

function Who({ customer, row }: CustomerProps) {
  const planName = usePlanName();
  const isStore = useProject().project.type === 'store';
  const { id, email, emailVerified, externalId, firstName, lastName, createdAt } = customer;
  return (
    <Panel title="Facts">
      <Facts
        of={[
          ['Customer id', <CopyText key="id" text={id} label="customer id" />],
          ['E-mail', email && `${email}${emailVerified ? '' : ' (not confirmed)'}`],
          ['Name', [firstName, lastName].filter(Boolean).join(' ')],
          ['Your own id', externalId && <CopyText text={externalId} label="external id" />],
          ...(isStore ? [] : paid(planName(customer.plan), row)),
          ['Since', momentWords(createdAt)],
          ['Changed', agoWords(customer.updatedAt, businessNow())],
        ]}
      />
    </Panel>
  );
}

/** What a customer has, and until when. */
function paid(plan: string, row: CustomerRow | null): [string, ReactNode][] {
  return [['Plan', plan], ['Subscription', row && <StatusBadge status={row.status} />], ...ends(row)];
}

/** When the subscription goes on or ends, if there is one. */
function ends(row: CustomerRow | null): [string, ReactNode][] {
  if (row?.cancelAt) return [['Ends', momentWords(Date.parse(row.cancelAt))]];
  return row?.renewsAt ? [['Renews', momentWords(Date.parse(row.renewsAt))]] : [];
}

/** Before the panels are there: as many columns, about as high. */
function Waiting() {
  return (
    <div className={styles.columns}>
      <div className={styles.column}>
        <Bones rows={2} height={360} />
      </div>
      <div className={styles.column}>
        <Bones rows={1} height={520} />
        <Bones rows={1} height={184} />
      </div>
    </div>
  );
}
