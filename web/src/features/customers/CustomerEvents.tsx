import { useSearch } from '@tanstack/react-router';

import { StatusBadge } from '../../dashboard/parts/Badge';
import { DataTable } from '../../dashboard/parts/DataTable';
import { Pager } from '../../dashboard/parts/Pager';
import { Panel } from '../../dashboard/parts/Panel';
import { Bones, Loaded } from '../../dashboard/parts/States';
import { useProject } from '../../dashboard/projects';
import { useLive } from '../../dashboard/queries';
import { businessNow } from '../../now';
import { agoWords } from '../../times';
import { eventsOf, readEvents } from '../events/calls';
import { EventType } from '../events/EventType';
import { Nothing } from './Nothing';

const SHOWN = 5;
const NONE = 'What is reported about the payments and the subscription of this customer appears here.';
const NO_MORE = 'There are no older ones.';

/** What the payment provider told us about a customer. */
export function CustomerEvents({ id }: { id: string }) {
  const { pk, base } = useProject();
  const { events: cursor }: Record<string, string> = useSearch({ strict: false });
  const events = useLive([...eventsOf(pk), 'of', id, cursor], () =>
    readEvents(pk, { customer: id, limit: SHOWN, cursor }),
  );
  return (
    <Panel title="Events" flush>
      <Loaded of={events} waiting={<Bones rows={3} />}>
        {({ events: rows, nextCursor }) => (
          <>
            <DataTable
              label="Events of this customer"
              rows={rows}
              rowKey={(row) => row.id}
              to={(row) => `${base}/events/${encodeURIComponent(row.id)}`}
              columns={[
                { name: 'Type', cell: ({ type }) => <EventType type={type} /> },
                { name: 'Status', cell: ({ status }) => <StatusBadge status={status} />, wideOnly: true },
                { name: 'When', cell: ({ createdAt }) => agoWords(createdAt, businessNow()), number: true },
              ]}
              empty={<Nothing>{cursor ? NO_MORE : NONE}</Nothing>}
            />
            <Pager of="events" nextCursor={nextCursor} />
          </>
        )}
      </Loaded>
    </Panel>
  );
}
