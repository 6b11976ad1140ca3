import { useNavigate, useSearch } from '@tanstack/react-router';

import { StatusBadge } from '../../dashboard/parts/Badge';
import { Choice } from '../../dashboard/parts/Choice';
import { DataTable, Pager } from '../../dashboard/parts/DataTable';
import { Page } from '../../dashboard/parts/Page';
import { Panel } from '../../dashboard/parts/Panel';
import { Bones, Empty, Loaded } from '../../dashboard/parts/States';
import { To } from '../../dashboard/parts/To';
import { useProject } from '../../dashboard/projects';
import { useLive } from '../../dashboard/queries';
import { timeWords } from '../../times';
import { eventsOf, readEvents } from './calls';
import styles from './EventsPage.module.css';

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
  const { status, type, cursor } = search;
  const events = useLive([...eventsOf(pk), search], () => readEvents(pk, { status, type, cursor }));
  return (
    <Page
      title="Events"
      about="What Stripe reported about this project. Each is worked once; one that failed is tried again by itself."
    >
      <Panel flush>
        <div className={styles.filters}>
          <Choice
            label="Status"
            value={status ?? ''}
            of={STATUSES}
            onChange={(value) =>
              void navigate({ to: `${base}/events`, search: value ? { status: value } : {}, replace: true })
            }
          />
        </div>
        <Loaded of={events} waiting={<Bones rows={6} height={48} />}>
          {({ events: rows, nextCursor }) => (
            <>
              <DataTable
                label="Events"
                rows={rows}
                rowKey={({ id }) => id}
                to={({ id }) => `${base}/events/${encodeURIComponent(id)}`}
                columns={[
                  { name: 'Type', cell: (row) => <code className={styles.type}>{row.type}</code> },
                  { name: 'Status', cell: (row) => <StatusBadge status={row.status} /> },
                  {
                    name: 'About',
                    cell: ({ objectId }) => <code className={styles.object}>{objectId ?? ''}</code>,
                    wideOnly: true,
                  },
                  { name: 'Tries', cell: ({ attempts }) => attempts, number: true, wideOnly: true },
                  { name: 'Received', cell: ({ receivedAt }) => timeWords(receivedAt, Date.now()), number: true },
                ]}
                empty={status ? <Empty title="No event matches" /> : <NoEvents />}
              />
              <Pager here={`${base}/events`} query={search} nextCursor={nextCursor} />
            </>
          )}
        </Loaded>
      </Panel>
    </Page>
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
