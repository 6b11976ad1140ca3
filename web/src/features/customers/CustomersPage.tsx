import { Button, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useNavigate, useSearch } from '@tanstack/react-router';

import { Badge, StatusBadge } from '../../dashboard/parts/Badge';
import { Choice } from '../../dashboard/parts/Choice';
import { Code } from '../../dashboard/parts/Code';
import { type Column, DataTable } from '../../dashboard/parts/DataTable';
import { Icon } from '../../dashboard/parts/Icon';
import { Page } from '../../dashboard/parts/Page';
import { Pager } from '../../dashboard/parts/Pager';
import { Panel } from '../../dashboard/parts/Panel';
import { SortChoice } from '../../dashboard/parts/SortChoice';
import { Bones, Empty, Loaded } from '../../dashboard/parts/States';
import { BY_DATE, type Direction, type Sort, sorting } from '../../dashboard/parts/sorting';
import { UsageBar } from '../../dashboard/parts/UsageBar';
import { useProject } from '../../dashboard/projects';
import { useLive } from '../../dashboard/queries';
import { usePageContext } from '../../parts/page-context';
import { dayWords } from '../../times';
import { readTiers, tiersOf } from '../plans/calls';
import { usePlanName } from '../plans/usePlanName';
import styles from './CustomersPage.module.css';
import { type CustomerRow, customersOf, readCustomers } from './calls';

const STATUSES = ['active', 'trialing', 'canceling', 'past_due'];
/** Only plans with limits have customers there. */
const LIMITS = [
  { value: 'usage close', name: 'Close to the limit' },
  { value: 'usage reached', name: 'At the limit' },
];

/** Those by what is paid and used come last: a store has none of it. */
const SORTS = [
  { value: 'newest', name: 'Newest first' },
  { value: 'oldest', name: 'Oldest first' },
  { value: 'email', name: 'E-mail, A to Z' },
  { value: '-email', name: 'E-mail, Z to A' },
];
const SORTS_OF_USE = [
  { value: '-usage', name: 'Most used' },
  { value: 'usage', name: 'Least used' },
  { value: '-renews', name: 'Renews or ends last' },
  { value: 'renews', name: 'Renews or ends soonest' },
];

/** The customers of a project, searched, sorted and paged by the server. All of that stands in the address. */
export function CustomersPage() {
  const { pk, base, project } = useProject();
  const navigate = useNavigate();
  const planName = usePlanName();
  const isStore = project.type === 'store';
  const search: Record<string, string> = useSearch({ strict: false });
  const { search: words, plan, status, usage, sort, cursor } = search;
  const customers = useLive([...customersOf(pk), search], () =>
    readCustomers(pk, { search: words, plan, status, usage, sort, cursor }),
  );
  const create = (
    <Button onClick={() => void navigate({ to: `${base}/customers/new` })} leftSection={<Icon name="plus" size={16} />}>
      Create customer
    </Button>
  );
  const here = `${base}/customers`;
  const by = (name: string, first: Direction, words?: Record<Direction, string>) =>
    sorting(here, search, name, first, words);
  return (
    <Page
      title="Customers"
      about={isStore ? 'The people of your store.' : 'The users of your app, with what they pay for and use.'}
      action={create}
    >
      <Panel flush>
        <Filters />
        <Loaded of={customers} waiting={<Bones rows={6} height={48} />}>
          {({ customers: rows, nextCursor }) => (
            <>
              <DataTable
                label="Customers"
                rows={rows}
                rowKey={({ id }) => id}
                to={({ id }) => `${here}/${encodeURIComponent(id)}`}
                columns={[
                  { name: 'Customer', cell: nameOf, sort: by('email', 'ascending') },
                  ...(isStore ? [] : paidAndUsed(planName, usage !== undefined, by)),
                  {
                    name: 'Since',
                    cell: ({ createdAt }) => dayWords(createdAt),
                    number: true,
                    wideOnly: true,
                    sort: by('createdAt', 'descending', BY_DATE),
                  },
                ]}
                empty={words || plan || status || usage ? <NoMatch /> : <Nobody />}
              />
              <Pager nextCursor={nextCursor} />
            </>
          )}
        </Loaded>
      </Panel>
    </Page>
  );
}

/** Where room is short, one of them is shown: what the list is sorted or filtered by, else the standing. */
function paidAndUsed(
  planName: (name: string) => string,
  isByUse: boolean,
  by: (name: string, first: Direction) => Sort,
): Column<CustomerRow>[] {
  const usage = by('usage', 'descending');
  const renews = by('renews', 'descending');
  const shown = renews.order ? 'renews' : isByUse || usage.order ? 'usage' : 'status';
  return [
    { name: 'Plan', cell: ({ plan }) => planName(plan) || '–' },
    {
      name: 'Usage',
      cell: ({ usageCount, limit }) => <UsageBar used={usageCount} limit={limit} />,
      wideOnly: shown !== 'usage',
      sort: usage,
    },
    { name: 'Status', cell: ({ status }) => <StatusBadge status={status} />, wideOnly: shown !== 'status' },
    { name: 'Renews or ends', cell: nextDate, wideOnly: shown !== 'renews', sort: renews },
  ];
}

function nameOf({ email, externalId, id, firstName, lastName, sample }: CustomerRow) {
  const name = [firstName, lastName].filter(Boolean).join(' ');
  return (
    <span className={styles.who}>
      <span className={styles.email}>{email || externalId || id}</span>
      {(name || sample) && (
        <span className={styles.name}>
          {name} {sample && <Badge>Sample</Badge>}
        </span>
      )}
    </span>
  );
}

function nextDate({ renewsAt, cancelAt }: CustomerRow) {
  if (cancelAt) return <>Ends {dayWords(Date.parse(cancelAt))}</>;
  return renewsAt ? <>Renews {dayWords(Date.parse(renewsAt))}</> : '–';
}

function Filters() {
  const { project, pk, base } = useProject();
  const navigate = useNavigate();
  const search: Record<string, string> = useSearch({ strict: false });
  const isStore = project.type === 'store';
  const tiers = useLive(tiersOf(pk), () => readTiers(pk), { once: true });
  const go = (changes: Record<string, string>) => {
    const { cursor: _, ...kept } = { ...search, ...changes };
    const set = Object.entries(kept).filter(([, value]) => value !== '');
    void navigate({ to: `${base}/customers`, search: Object.fromEntries(set), replace: true, resetScroll: false });
  };
  const type = useDebouncedCallback((words: string) => go({ search: words.trim() }), 250);
  const names = (tiers.data ?? []).map(({ name, displayName }) => ({ value: `plan ${name}`, name: displayName }));
  const chosen = ['plan', 'status', 'usage'].find((what) => search[what]);
  return (
    <div className={styles.filters}>
      <TextInput
        type="search"
        aria-label="Search customers"
        placeholder="Search by e-mail, name or id"
        leftSection={<Icon name="search" size={16} />}
        defaultValue={search['search'] ?? ''}
        onChange={({ currentTarget }) => type(currentTarget.value)}
        w={280}
        maw="100%"
        size="sm"
      />
      {!isStore && (
        <Choice
          label="Filter"
          value={chosen ? `${chosen} ${search[chosen]}` : ''}
          of={[
            { value: '', name: 'All' },
            ...STATUSES.map((status) => ({ value: `status ${status}`, name: WORDS[status] ?? status })),
            ...(project.type === 'saas' ? LIMITS : []),
            ...names,
          ]}
          onChange={(wish) => {
            const [what = '', which = ''] = wish.split(' ');
            go({ plan: '', status: '', usage: '', ...(what ? { [what]: which } : {}) });
          }}
        />
      )}
      <SortChoice here={`${base}/customers`} search={search} of={isStore ? SORTS : [...SORTS, ...SORTS_OF_USE]} />
    </div>
  );
}

const WORDS: Record<string, string> = {
  active: 'Paying',
  trialing: 'Trial',
  canceling: 'Canceling',
  past_due: 'Past due',
};

function NoMatch() {
  const { base } = useProject();
  const navigate = useNavigate();
  return (
    <Empty
      title="Nobody matches"
      action={
        <Button variant="default" onClick={() => void navigate({ to: `${base}/customers` })}>
          Show everybody
        </Button>
      }
    />
  );
}

function Nobody() {
  const { baseUrl } = usePageContext();
  const call = `curl -X POST ${baseUrl}/api/customers \\\n  -H "Authorization: Bearer $DREAM_SECRET_KEY" \\\n  -H "Content-Type: application/json" \\\n  -d '{"email": "ada@example.com"}'`;
  return (
    <Empty title="No customers yet">
      <p>Who signs up through your pages appears here. Your server can make customers too:</p>
      <Code text={call} label="Create a customer" />
    </Empty>
  );
}
