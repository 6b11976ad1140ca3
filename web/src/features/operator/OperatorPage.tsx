import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useNavigate, useSearch } from '@tanstack/react-router';

import { StatusBadge } from '../../dashboard/parts/Badge';
import { DataTable } from '../../dashboard/parts/DataTable';
import { Figure } from '../../dashboard/parts/Figure';
import { Icon } from '../../dashboard/parts/Icon';
import { Page } from '../../dashboard/parts/Page';
import { Pager } from '../../dashboard/parts/Pager';
import { Panel } from '../../dashboard/parts/Panel';
import { SortChoice } from '../../dashboard/parts/SortChoice';
import { Bones, Empty, Loaded } from '../../dashboard/parts/States';
import { BY_DATE, sorting } from '../../dashboard/parts/sorting';
import { useLive } from '../../dashboard/queries';
import { count, money } from '../../money';
import { dayWords } from '../../times';
import { readPlatforms } from './calls';
import styles from './OperatorPage.module.css';

const HERE = '/dashboard/operator';
const SORTS = [
  { value: 'newest', name: 'Newest first' },
  { value: 'oldest', name: 'Oldest first' },
  { value: 'email', name: 'E-mail, A to Z' },
  { value: '-email', name: 'E-mail, Z to A' },
  { value: '-liveUsers', name: 'Most live users' },
  { value: 'liveUsers', name: 'Fewest live users' },
];

/** For who runs this server: its developers, what they use and pay. */
export function OperatorPage() {
  const navigate = useNavigate();
  const query: Record<string, string> = useSearch({ strict: false });
  const { search, sort, cursor } = query;
  const platforms = useLive(['platforms', query], () => readPlatforms({ search, sort, cursor }));
  const type = useDebouncedCallback((words: string) => {
    const wish = { ...(words.trim() ? { search: words.trim() } : {}), ...(sort ? { sort } : {}) };
    void navigate({ to: HERE, search: wish, replace: true, resetScroll: false });
  }, 250);
  return (
    <Page title="Operator" about="Everybody who builds on this server.">
      <Loaded of={platforms} waiting={<Bones rows={6} height={56} />}>
        {({ platforms: rows, totals, nextCursor }) => (
          <>
            <div className={styles.cards}>
              <Figure label="Platforms" value={count(totals.platforms)} />
              <Figure
                label="Paying"
                value={count(totals.paying)}
                {...(totals.trialing > 0 ? { about: `and ${count(totals.trialing)} in trial` } : {})}
              />
              <Figure label="MRR" value={money(totals.mrr, 'usd')} />
              <Figure
                label="Live users"
                value={count(totals.liveUsers)}
                about={`and ${count(totals.testUsers)} in test mode`}
              />
            </div>
            <Panel flush>
              <div className={styles.filters}>
                <TextInput
                  type="search"
                  aria-label="Search platforms"
                  placeholder="Search by e-mail or id"
                  leftSection={<Icon name="search" size={16} />}
                  defaultValue={search ?? ''}
                  onChange={({ currentTarget }) => type(currentTarget.value)}
                  w={280}
                  maw="100%"
                  size="sm"
                />
                <SortChoice here={HERE} search={query} of={SORTS} />
              </div>
              <DataTable
                label="Platforms"
                rows={rows}
                rowKey={({ platformId }) => platformId}
                columns={[
                  {
                    name: 'Developer',
                    cell: ({ email, platformId }) => email || platformId,
                    sort: sorting(HERE, query, 'email', 'ascending'),
                  },
                  { name: 'Plan', cell: ({ plan }) => plan },
                  { name: 'Status', cell: ({ status }) => <StatusBadge status={status} />, wideOnly: true },
                  {
                    name: 'Live users',
                    cell: ({ liveUsers }) => count(liveUsers),
                    number: true,
                    sort: sorting(HERE, query, 'liveUsers', 'descending'),
                  },
                  { name: 'Test users', cell: ({ testUsers }) => count(testUsers), number: true, wideOnly: true },
                  { name: 'MRR', cell: ({ mrr, currency = 'usd' }) => money(mrr, currency), number: true },
                  {
                    name: 'Since',
                    cell: ({ createdAt }) => dayWords(createdAt),
                    number: true,
                    wideOnly: true,
                    sort: sorting(HERE, query, 'createdAt', 'descending', BY_DATE),
                  },
                ]}
                empty={<Empty title={search ? 'Nobody matches' : 'No developer has signed up yet'} />}
              />
              <Pager nextCursor={nextCursor} />
            </Panel>
          </>
        )}
      </Loaded>
    </Page>
  );
}
