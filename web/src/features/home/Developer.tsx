import { Button, Loader, Text, Title } from '@mantine/core';
import { useState } from 'react';

import { signOut } from '../../auth';
import type { User } from '../../context';
import { tell } from '../../forms/problem-words';
import { asProblem } from '../../forms/useForm';
import { CopyButton } from '../../parts/CopyButton';
import { Notice } from '../../parts/Notice';
import { usePageContext } from '../../parts/page-context';
import styles from './home.module.css';
import { usePlatform } from './usePlatform';

/** Where a developer stands: the platform, the plan, the account. */
export function Developer({ user, onSignedOut }: { user: User; onSignedOut: () => void }) {
  const context = usePageContext();
  const [trouble, setTrouble] = useState<string | null>(null);

  async function leave() {
    try {
      await signOut(context);
      onSignedOut();
    } catch (thrown) {
      setTrouble(tell(asProblem(thrown)).text);
    }
  }

  return (
    <>
      <Title order={1} fz={28} lh={1.25}>
        Hello{user.firstName ? ` ${user.firstName}` : ''}
      </Title>
      <Text size="lg" c="dimmed" mt="md" style={{ overflowWrap: 'anywhere' }}>
        You are signed in as {user.email}, on the plan {user.plan}.
      </Text>
      <div className={styles.actions}>
        <Button component="a" href="/dashboard" h={44}>
          Open dashboard
        </Button>
      </div>
      <section className={styles.card} aria-labelledby="platform">
        <Title order={2} id="platform">
          Platform ID
        </Title>
        <Text size="sm" c="dimmed">
          It names you as a developer and never changes; your projects belong to it.
        </Text>
        <Platform />
      </section>
      {trouble && <Notice kind="danger" text={trouble} />}
      <div className={styles.actions}>
        <Button component="a" href="/account" variant="default" h={44}>
          Your account
        </Button>
        <Button variant="default" h={44} onClick={() => void leave()}>
          Sign out
        </Button>
      </div>
    </>
  );
}

function Platform() {
  const { state, create, load } = usePlatform();
  switch (state.is) {
    case 'loading':
      return <Loader size={20} color="var(--accent)" role="status" aria-label="Loading your platform ID" />;
    case 'there':
      return (
        <div className={styles.cardTop}>
          <code className={styles.id}>{state.id}</code>
          <CopyButton text={state.id} label="Copy the platform ID" />
        </div>
      );
    case 'none':
      return (
        <div className={styles.cardTop}>
          <Text>You have none yet.</Text>
          <Button h={40} onClick={() => void create()}>
            Create platform ID
          </Button>
        </div>
      );
    case 'failed':
      return (
        <>
          <Notice kind="danger" {...tell(state.problem)} />
          <Button variant="default" h={40} style={{ alignSelf: 'start' }} onClick={() => void load()}>
            Try again
          </Button>
        </>
      );
  }
}
