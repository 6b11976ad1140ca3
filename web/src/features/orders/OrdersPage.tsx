import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useNavigate, useSearch } from '@tanstack/react-router';

import { StatusBadge } from '../../dashboard/parts/Badge';
import { Choice } from '../../dashboard/parts/Choice';
import { Code } from '../../dashboard/parts/Code';
import { DataTable, Pager } from '../../dashboard/parts/DataTable';
import { Icon } from '../../dashboard/parts/Icon';
import { Page } from '../../dashboard/parts/Page';
import { Panel } from '../../dashboard/parts/Panel';
import { Bones, Empty, Loaded } from '../../dashboard/parts/States';
import { useProject } from '../../dashboard/projects';
import { useLive } from '../../dashboard/queries';
import { money } from '../../money';
import { usePageContext } from '../../parts/page-context';
import { timeWords } from '../../times';
import { ordersOf, readOrders } from './calls';
import styles from './OrdersPage.module.css';

const STATES = [
  { value: '', name: 'All' },
  { value: 'paid', name: 'To send' },
  { value: 'fulfilled', name: 'Fulfilled' },
  { value: 'refunded', name: 'Refunded' },
  { value: 'disputed', name: 'Disputed' },
  { value: 'pending', name: 'Not paid yet' },
];

/** The orders of a store, newest first. */
export function OrdersPage() {
  const { pk, base } = useProject();
  const search: Record<string, string> = useSearch({ strict: false });
  const { customer, state, cursor } = search;
  const orders = useLive([...ordersOf(pk), search], () => readOrders(pk, { customer, state, cursor }));
  return (
    <Page title="Orders" about="What was bought, what was sent, what was given back.">
      <Panel flush>
        <Filters />
        <Loaded of={orders} waiting={<Bones rows={6} height={48} />}>
          {({ orders: rows, nextCursor }) => (
            <>
              <DataTable
                label="Orders"
                rows={rows}
                rowKey={({ id }) => id}
                to={({ id }) => `${base}/orders/${encodeURIComponent(id)}`}
                columns={[
                  {
                    name: 'Customer',
                    cell: ({ email, id }) => <span className={styles.who}>{email ?? id}</span>,
                  },
                  {
                    name: 'Items',
                    cell: ({ lines }) => lines.map(({ name, quantity }) => `${quantity} × ${name}`).join(', '),
                    wideOnly: true,
                  },
                  { name: 'Status', cell: ({ status }) => <StatusBadge status={status} /> },
                  { name: 'When', cell: ({ createdAt }) => timeWords(createdAt, Date.now()), wideOnly: true },
                  { name: 'Total', cell: ({ amountTotal, currency }) => money(amountTotal, currency), number: true },
                ]}
                empty={customer || state ? <Empty title="No order matches" /> : <NoOrders />}
              />
              <Pager here={`${base}/orders`} query={search} nextCursor={nextCursor} />
            </>
          )}
        </Loaded>
      </Panel>
    </Page>
  );
}

function Filters() {
  const { base } = useProject();
  const navigate = useNavigate();
  const search: Record<string, string> = useSearch({ strict: false });
  const go = (changes: Record<string, string>) => {
    const { cursor: _, ...kept } = { ...search, ...changes };
    const set = Object.entries(kept).filter(([, value]) => value !== '');
    void navigate({ to: `${base}/orders`, search: Object.fromEntries(set), replace: true, resetScroll: false });
  };
  const type = useDebouncedCallback((words: string) => go({ customer: words.trim() }), 250);
  return (
    <div className={styles.filters}>
      <TextInput
        type="search"
        aria-label="Search orders"
        placeholder="E-mail of the customer"
        leftSection={<Icon name="search" size={16} />}
        defaultValue={search['customer'] ?? ''}
        onChange={({ currentTarget }) => type(currentTarget.value)}
        w={280}
        maw="100%"
        size="sm"
      />
      <Choice label="Status" value={search['state'] ?? ''} of={STATES} onChange={(state) => go({ state })} />
    </div>
  );
}

function NoOrders() {
  const { pk } = useProject();
  const { baseUrl } = usePageContext();
  const call = `curl -X POST ${baseUrl}/api/cart/checkout \\\n  -H "X-Publishable-Key: ${pk}" \\\n  -H "Content-Type: application/json" \\\n  -d '{"items": [{"priceId": "…", "quantity": 1}], "email": "ada@example.com"}'`;
  return (
    <Empty title="No orders yet">
      <p>A cart becomes an order when it is paid. This call begins a checkout:</p>
      <Code text={call} label="Begin a checkout" />
    </Empty>
  );
}
