import { Button, Stack, Text } from '@mantine/core';

import { signOut } from '../../auth';
import { machineNow } from '../../now';
import { Notice } from '../../parts/Notice';
import { usePageContext } from '../../parts/page-context';
import { timeWords } from '../../times';
import { endSessions, type Session } from './calls';
import { deviceWords } from './device';
import { Section, type SectionProps } from './Section';
import styles from './Sessions.module.css';
import { useListAction } from './useListAction';

/** Every place where the person is signed in, with a way to end each or all. */
export function Sessions({ account, load, onSignedOut }: SectionProps & { onSignedOut: () => void }) {
  const context = usePageContext();
  const { busy, result, run } = useListAction();
  const sessions = account.sessions.toSorted(
    (a, b) => Number(b.current) - Number(a.current) || b.lastUsedAt - a.lastUsedAt,
  );

  async function leave() {
    onSignedOut();
    return null;
  }

  function endOne(session: Session) {
    if (session.current) return run(session.id, () => signOut(context), leave);
    return run(
      session.id,
      () => endSessions(context, session.id),
      async () => {
        await load();
        return `Signed out: ${deviceWords(session.userAgent)}.`;
      },
    );
  }

  return (
    <Section id="sessions" title="Where you are signed in" about="End what you do not know, then change your password.">
      <Stack gap="lg">
        <ul className={styles.list}>
          {sessions.map((session) => (
            <li key={session.id} className={styles.item}>
              <SessionWords session={session} />
              <Button
                variant="default"
                h={36}
                flex="none"
                loading={busy === session.id}
                disabled={busy !== null && busy !== session.id}
                aria-label={`Sign out ${deviceWords(session.userAgent)}${session.current ? ', this device' : ''}`}
                onClick={() => void endOne(session)}
              >
                Sign out
              </Button>
            </li>
          ))}
        </ul>
        {result && <Notice kind={result.kind} text={result.text} />}
        <Button
          variant="default"
          h={40}
          style={{ alignSelf: 'start' }}
          loading={busy === 'all'}
          onClick={() => void run('all', () => endSessions(context), leave)}
        >
          Sign out everywhere
        </Button>
      </Stack>
    </Section>
  );
}

function SessionWords({ session }: { session: Session }) {
  const used = timeWords(session.lastUsedAt, machineNow());
  return (
    <div>
      <Text fw={500}>{deviceWords(session.userAgent)}</Text>
      <Text size="sm" c="dimmed">
        {session.current ? 'This device' : `Last used ${used}`}
      </Text>
    </div>
  );
}
