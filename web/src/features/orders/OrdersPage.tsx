import { useNavigate, useSearch } from '@tanstack/react-router';

import { Badge, StatusBadge } from '../../dashboard/parts/Badge';
import { Choice } from '../../dashboard/parts/Choice';
import { Code } from '../../dashboard/parts/Code';
import { DataTable } from '../../dashboard/parts/DataTable';
import { Page } from '../../dashboard/parts/Page';
import { Pager } from '../../dashboard/parts/Pager';
import { Panel } from '../../dashboard/parts/Panel';
import { SearchField } from '../../dashboard/parts/SearchField';
import { SortChoice } from '../../dashboard/parts/SortChoice';
import { Bones, Empty, Loaded } from '../../dashboard/parts/States';
import { BY_DATE, sorting } from '../../dashboard/parts/sorting';
import { To } from '../../dashboard/parts/To';
import { useProject } from '../../dashboard/projects';
import { useLive } from '../../dashboard/queries';
import { money } from '../../money';
import { businessNow } from '../../now';
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

const SORTS = [
  { value: 'newest', name: 'Newest first' },
  { value: 'oldest', name: 'Oldest first' },
  { value: '-total', name: 'Highest total' },
  { value: 'total', name: 'Lowest total' },
];

/** The orders of a store, searched, sorted and paged by the server. All of that stands in the address. */
export function OrdersPage() {
  const { pk, base } = useProject();
  const search: Record<string, string> = useSearch({ strict: false });
  const { search: words, customer, state, sort, cursor } = search;
  const orders = useLive([...ordersOf(pk), search], () =>
    readOrders(pk, { search: words, customer, state, sort, cursor }),
  );
  const here = `${base}/orders`;
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
                to={({ id }) => `${here}/${encodeURIComponent(id)}`}
                columns={[
                  {
                    name: 'Customer',
                    cell: ({ email, id, sample }) => (
                      <span className={styles.cell}>
                        <span className={styles.who}>{email ?? id}</span>
                        {sample && <Badge>Sample</Badge>}
                      </span>
                    ),
                  },
                  {
                    name: 'Items',
                    cell: ({ lines }) => lines.map(({ name, quantity }) => `${quantity} × ${name}`).join(', '),
                    wideOnly: true,
                  },
                  { name: 'Status', cell: ({ status }) => <StatusBadge status={status} /> },
                  {
                    name: 'When',
                    cell: ({ createdAt }) => timeWords(createdAt, businessNow()),
                    wideOnly: true,
                    sort: sorting(here, search, 'createdAt', 'descending', BY_DATE),
                  },
                  {
                    name: 'Total',
                    cell: ({ amountTotal, currency }) => money(amountTotal, currency),
                    number: true,
                    sort: sorting(here, search, 'total', 'descending'),
                  },
                ]}
                empty={words || customer || state ? <NoMatch /> : <NoOrders />}
              />
              <Pager nextCursor={nextCursor} />
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
  return (
    <div className={styles.filters}>
      <SearchField
        label="Search orders"
        placeholder="E-mail, order or payment id"
        words={search['search'] ?? ''}
        onSearch={(words) => go({ search: words })}
      />
      <Choice label="Status" value={search['state'] ?? ''} of={STATES} onChange={(state) => go({ state })} />
      <SortChoice here={`${base}/orders`} search={search} of={SORTS} />
    </div>
  );
}

function NoMatch() {
  const { base } = useProject();
  return (
    <Empty title="No order matches" action={<To to={`${base}/orders`}>Show all orders</To>}>
      <p>Part of an e-mail address is found, and whole ids of orders, payments and checkouts.</p>
    </Empty>
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
