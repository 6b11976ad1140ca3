import { Button } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';

import { Confirm } from '../../dashboard/parts/Dialog';
import { Pager } from '../../dashboard/parts/Pager';
import { Panel } from '../../dashboard/parts/Panel';
import { Bones, Loaded } from '../../dashboard/parts/States';
import { useProject } from '../../dashboard/projects';
import { useAct, useLive } from '../../dashboard/queries';
import { machineNow } from '../../now';
import { agoWords, dayWords } from '../../times';
import { deviceWords } from '../account/device';
import { type Customer, customersOf, endSession, readSessions, revokeSessions, type Session } from './calls';
import styles from './Sessions.module.css';

const SHOWN = 5;

/** Where a customer is signed in; each place, or all, can be signed out. */
export function Sessions({ customer }: { customer: Customer }) {
  const { pk } = useProject();
  const { sessions: cursor }: Record<string, string> = useSearch({ strict: false });
  const [ending, setEnding] = useState<Session | null>(null);
  const [isAll, setAll] = useState(false);
  const sessions = useLive([...customersOf(pk), 'sessions', customer.id, cursor], () =>
    readSessions(pk, customer.id, { limit: SHOWN, cursor }),
  );
  const isNowhere = sessions.data?.sessions.length === 0 && !cursor;
  return (
    <Panel
      title="Sessions"
      action={
        !isNowhere && (
          <Button variant="default" size="xs" onClick={() => setAll(true)}>
            Sign out everywhere
          </Button>
        )
      }
    >
      <Loaded of={sessions} waiting={<Bones rows={2} />}>
        {({ sessions: rows, nextCursor }) =>
          isNowhere ? (
            <p className={styles.none}>Not signed in anywhere.</p>
          ) : (
            <>
              <ul className={styles.list}>
                {rows.map((session) => (
                  <Row key={session.id} session={session} onEnd={() => setEnding(session)} />
                ))}
              </ul>
              <Pager of="sessions" nextCursor={nextCursor} inset />
            </>
          )
        }
      </Loaded>
      <SignOut customer={customer} session={ending} onClose={() => setEnding(null)} />
      <SignOutEverywhere customer={customer} opened={isAll} onClose={() => setAll(false)} />
    </Panel>
  );
}

function Row({ session, onEnd }: { session: Session; onEnd: () => void }) {
  const name = nameOf(session);
  const verb = verbOf(session);
  const { createdAt, lastUsedAt } = session;
  return (
    <li className={styles.item}>
      <div>
        <div className={styles.device}>{name}</div>
        <div className={styles.times}>
          Last used {agoWords(lastUsedAt, machineNow())}, since {dayWords(createdAt)}
        </div>
      </div>
      <Button variant="default" size="xs" flex="none" aria-label={`${verb} ${name}`} onClick={onEnd}>
        {verb}
      </Button>
    </li>
  );
}

function nameOf({ minted = false, userAgent = null }: Session): string {
  return minted ? 'Token of your server' : deviceWords(userAgent);
}

function verbOf({ minted = false }: Session): string {
  return minted ? 'End' : 'Sign out';
}

interface SignOutProps {
  customer: Customer;
  session: Session | null;
  onClose: () => void;
}

function SignOut({ customer: { id, email }, session, onClose }: SignOutProps) {
  const { pk } = useProject();
  const act = useAct({
    run: (sessionId: string) => endSession(pk, id, sessionId),
    changes: [customersOf(pk)],
    said: session?.minted ? 'The token has ended.' : 'Signed out.',
    after: onClose,
  });
  return (
    <Confirm
      title={session ? `${verbOf(session)} ${nameOf(session)}` : ''}
      opened={session !== null}
      onClose={onClose}
      action={session ? verbOf(session) : ''}
      running={act.isPending}
      problem={act.error}
      onConfirm={() => session && act.mutate(session.id)}
    >
      <p>
        {session?.minted
          ? 'The token is refused at once; whoever holds it needs another one from your server.'
          : `${email ?? 'This customer'} has to sign in again on that device, at once.`}{' '}
        Other sessions, plan and usage stay as they are.
      </p>
    </Confirm>
  );
}

function SignOutEverywhere({
  customer: { id, email },
  opened,
  onClose,
}: {
  customer: Customer;
  opened: boolean;
  onClose: () => void;
}) {
  const { pk } = useProject();
  const act = useAct({
    run: (_: null) => revokeSessions(pk, id),
    changes: [customersOf(pk)],
    said: 'Signed out everywhere.',
    after: onClose,
  });
  return (
    <Confirm
      title={`Sign ${email ?? 'this customer'} out everywhere`}
      opened={opened}
      onClose={onClose}
      action="Sign out everywhere"
      running={act.isPending}
      problem={act.error}
      onConfirm={() => act.mutate(null)}
    >
      <p>Every session and token ends at once, on all devices. Plan, usage and subscription stay as they are.</p>
    </Confirm>
  );
}
