import { StatusBadge } from '../../dashboard/parts/Badge';
import { address, DataTable } from '../../dashboard/parts/DataTable';
import { Panel } from '../../dashboard/parts/Panel';
import { Bones, Loaded } from '../../dashboard/parts/States';
import { To } from '../../dashboard/parts/To';
import { useProject } from '../../dashboard/projects';
import { useLive } from '../../dashboard/queries';
import { money } from '../../money';
import { businessNow } from '../../now';
import { agoWords } from '../../times';
import { type Order, ordersOf, readOrders } from '../orders/calls';
import styles from './CustomerOrders.module.css';
import type { Customer } from './calls';
import { Nothing } from './Nothing';

const SHOWN = 5;

/** What a customer bought, the newest first, and the way to all of it. */
export function CustomerOrders({ customer }: { customer: Customer }) {
  const { pk, base } = useProject();
  const { id: buyer } = customer;
  const orders = useLive([...ordersOf(pk), 'of', buyer], () => readOrders(pk, { customer: buyer, limit: SHOWN }));
  const all = address(`${base}/orders`, { customer: buyer });
  return (
    <Panel
      title="Orders"
      flush
      action={
        orders.data?.hasMore && (
          <To to={all} className={styles.all}>
            All orders
          </To>
        )
      }
    >
      <Loaded of={orders} waiting={<Bones rows={3} />}>
        {({ orders: rows }) => (
          <DataTable
            label="Orders of this customer"
            rows={rows}
            rowKey={({ id }) => id}
            to={({ id }) => `${base}/orders/${encodeURIComponent(id)}`}
            columns={[
              { name: 'Items', cell: (order) => <span className={styles.items}>{itemsOf(order)}</span> },
              { name: 'Status', cell: ({ status }) => <StatusBadge status={status} /> },
              {
                name: 'When',
                cell: ({ createdAt }) => <span className={styles.when}>{agoWords(createdAt, businessNow())}</span>,
                wideOnly: true,
              },
              { name: 'Total', cell: ({ amountTotal, currency }) => money(amountTotal, currency), number: true },
            ]}
            empty={<Nothing>What this customer buys appears here as soon as it is paid.</Nothing>}
          />
        )}
      </Loaded>
    </Panel>
  );
}

function itemsOf({ lines }: Order): string {
  return lines.map(({ name, quantity }) => `${quantity} × ${name}`).join(', ');
}
