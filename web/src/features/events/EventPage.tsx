import { Button } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';

import { StatusBadge } from '../../dashboard/parts/Badge';
import { Code } from '../../dashboard/parts/Code';
import { CopyText } from '../../dashboard/parts/CopyText';
import { Confirm } from '../../dashboard/parts/Dialog';
import { Facts } from '../../dashboard/parts/Facts';
import { Page } from '../../dashboard/parts/Page';
import { Panel } from '../../dashboard/parts/Panel';
import { Bones, Loaded } from '../../dashboard/parts/States';
import { useProject } from '../../dashboard/projects';
import { useAct, useLive } from '../../dashboard/queries';
import { Notice } from '../../parts/Notice';
import { momentWords } from '../../times';
import { type Event, eventsOf, readEvent, replayEvent } from './calls';

/** One event with its payload, and a way to work it again. */
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
          <>
            {data.lastError && data.status !== 'done' && <Notice kind="danger" text={data.lastError} />}
            <Panel title="Facts">
              <Facts
                of={[
                  ['Event id', <CopyText key="id" text={data.id} label="event id" />],
                  [
                    'Id at the provider',
                    data.providerEventId && <CopyText text={data.providerEventId} label="provider's event id" />,
                  ],
                  ['About', data.objectId && <CopyText text={data.objectId} label="object id" />],
                  ['Happened', momentWords(data.createdAt)],
                  ['Received', momentWords(data.receivedAt)],
                  ['Tries', data.attempts],
                ]}
              />
            </Panel>
            <Panel title="Payload">
              <Code text={JSON.stringify(data.payload ?? null, null, 2)} label="Payload as JSON" tall />
            </Panel>
          </>
        )}
      </Loaded>
    </Page>
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
