import { useNavigate, useSearch } from '@tanstack/react-router';

import { StatusBadge } from '../../dashboard/parts/Badge';
import { Choice } from '../../dashboard/parts/Choice';
import { DataTable } from '../../dashboard/parts/DataTable';
import { Page } from '../../dashboard/parts/Page';
import { Pager } from '../../dashboard/parts/Pager';
import { Panel } from '../../dashboard/parts/Panel';
import { SearchField } from '../../dashboard/parts/SearchField';
import { Bones, Empty, Loaded } from '../../dashboard/parts/States';
import { BY_DATE, sorting } from '../../dashboard/parts/sorting';
import { To } from '../../dashboard/parts/To';
import { useProject } from '../../dashboard/projects';
import { useLive } from '../../dashboard/queries';
import { businessNow } from '../../now';
import { timeWords } from '../../times';
import { eventsOf, readEvents } from './calls';
import styles from './EventsPage.module.css';
import { EventType } from './EventType';

const STATUSES = [
  { value: '', name: 'All' },
  { value: 'done', name: 'Done' },
  { value: 'waiting', name: 'Waiting' },
  { value: 'dead', name: 'Given up' },
  { value: 'ignored', name: 'Ignored' },
];

/** What the payment provider told us, and what came of it. */
export function EventsPage() {
  const { pk, base } = useProject();
  const navigate = useNavigate();
  const search: Record<string, string> = useSearch({ strict: false });
  const { search: words, status, type, sort, cursor } = search;
  const here = `${base}/events`;
  const go = (changes: Record<string, string>) => {
    const { cursor: _, ...kept } = { ...search, ...changes };
    const set = Object.entries(kept).filter(([, value]) => value !== '');
    void navigate({ to: here, search: Object.fromEntries(set), replace: true, resetScroll: false });
  };
  const events = useLive([...eventsOf(pk), search], () =>
    readEvents(pk, { search: words, status, type, sort, cursor }),
  );
  return (
    <Page
      title="Events"
      about="What Stripe reported about this project. Each is worked once; one that failed is tried again by itself."
    >
      <Panel flush>
        <div className={styles.filters}>
          <SearchField
            label="Search events"
            placeholder="Type or id, such as invoice.paid"
            words={words ?? ''}
            onSearch={(typed) => go({ search: typed })}
          />
          <Choice label="Status" value={status ?? ''} of={STATUSES} onChange={(value) => go({ status: value })} />
        </div>
        <Loaded of={events} waiting={<Bones rows={6} height={48} />}>
          {({ events: rows, nextCursor }) => (
            <>
              <DataTable
                label="Events"
                rows={rows}
                rowKey={({ id }) => id}
                to={({ id }) => `${here}/${encodeURIComponent(id)}`}
                columns={[
                  { name: 'Type', cell: (row) => <EventType type={row.type} /> },
                  { name: 'Status', cell: (row) => <StatusBadge status={row.status} /> },
                  {
                    name: 'About',
                    cell: ({ objectId }) => <code className={styles.object}>{objectId ?? ''}</code>,
                    wideOnly: true,
                  },
                  { name: 'Tries', cell: ({ attempts }) => attempts, number: true, wideOnly: true },
                  {
                    name: 'Happened',
                    cell: ({ createdAt }) => <span className={styles.when}>{timeWords(createdAt, businessNow())}</span>,
                    number: true,
                    sort: sorting(here, search, 'createdAt', 'descending', BY_DATE),
                  },
                ]}
                empty={status || words || type ? <NoMatch /> : <NoEvents />}
              />
              <Pager nextCursor={nextCursor} />
            </>
          )}
        </Loaded>
      </Panel>
    </Page>
  );
}

function NoMatch() {
  const { base } = useProject();
  return (
    <Empty title="No event matches" action={<To to={`${base}/events`}>Show all events</To>}>
      <p>The beginning of a type is found, and whole ids: ours, the provider's, or of what the event is about.</p>
    </Empty>
  );
}

function NoEvents() {
  const { base } = useProject();
  return (
    <Empty title="No events yet" action={<To to={`${base}/settings/payments`}>See the connection</To>}>
      <p>They arrive by themselves once payments are connected and somebody buys. There is no address to set up.</p>
    </Empty>
  );
}
