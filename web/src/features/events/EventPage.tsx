import { Button } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';

import { StatusBadge } from '../../dashboard/parts/Badge';
import { CopyText } from '../../dashboard/parts/CopyText';
import { Detail } from '../../dashboard/parts/Detail';
import { Confirm } from '../../dashboard/parts/Dialog';
import { Facts } from '../../dashboard/parts/Facts';
import { Page } from '../../dashboard/parts/Page';
import { Panel } from '../../dashboard/parts/Panel';
import { Bones, Loaded } from '../../dashboard/parts/States';
import { useProject } from '../../dashboard/projects';
import { useAct, useLive } from '../../dashboard/queries';
import { Notice } from '../../parts/Notice';
import { Timeline } from '../../parts/Timeline';
import { type Event, eventsOf, readEvent, replayEvent } from './calls';
import styles from './EventPage.module.css';

/** One event: what it is about, when it came, and a way to work it again. Its payload is in the JSON. */
export function EventPage() {
  const { pk, base } = useProject();
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const event = useLive([...eventsOf(pk), 'one', id], () => readEvent(pk, id));
  return (
    <Page
      title={event.data?.type ?? 'Event'}
      above={{ name: 'Events', to: `${base}/events` }}
      mark={event.data && <StatusBadge status={event.data.status} />}
      action={event.data && <Replay event={event.data} />}
    >
      <Loaded of={event} waiting={<Bones rows={2} height={240} />}>
        {(data) => (
          <Detail of={data} label="The event as JSON">
            {data.lastError && data.status !== 'done' && <Notice kind="danger" text={data.lastError} />}
            <Parts event={data} />
          </Detail>
        )}
      </Loaded>
    </Page>
  );
}

function Parts({ event }: { event: Event }) {
  const { id, providerEventId, objectId, attempts, createdAt, receivedAt } = event;
  return (
    <div className={styles.columns}>
      <Panel title="Facts">
        <Facts
          of={[
            ['Event id', <CopyText key="id" text={id} label="event id" />],
            ['Id at the provider', providerEventId && <CopyText text={providerEventId} label="provider's event id" />],
            ['About', objectId && <CopyText text={objectId} label="object id" />],
            ['Tries', attempts],
          ]}
        />
      </Panel>
      <Panel title="What happened">
        <Timeline
          of={[
            { at: createdAt, what: 'Happened at the provider' },
            { at: receivedAt, what: 'Received here' },
          ]}
        />
      </Panel>
    </div>
  );
}

function Replay({ event }: { event: Event }) {
  const { pk } = useProject();
  const [isOpen, setOpen] = useState(false);
  const act = useAct({
    run: (_: null) => replayEvent(pk, event.id),
    changes: [eventsOf(pk)],
    said: 'It is worked again.',
    after: () => setOpen(false),
  });
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        Replay
      </Button>
      <Confirm
        title="Work this event again"
        opened={isOpen}
        onClose={() => setOpen(false)}
        action="Replay"
        running={act.isPending}
        problem={act.error}
        onConfirm={() => act.mutate(null)}
      >
        <p>
          What it is about is read afresh from Stripe and stored if it differs. What was done already is not done twice:
          no mail and no stock goes out again.
        </p>
      </Confirm>
    </>
  );
}
