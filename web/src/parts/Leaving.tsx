import { Button, Loader, Stack, Text } from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';

import { hostOf, wayBack } from '../address';
import type { Problem } from '../api';
import { goOn } from '../auth';
import { tell } from '../forms/problem-words';
import { asProblem } from '../forms/useForm';
import { leaveFor } from '../navigate';
import { Frame } from './Frame';
import styles from './Leaving.module.css';
import { Notice } from './Notice';
import { usePageContext } from './page-context';

/** Somebody is signed in: asks where to go, and goes there. Without an address it says that all is done. */
export function Leaving({ done }: { done: string }) {
  const context = usePageContext();
  const { problem, again } = useLeaving();
  const host = hostOf(context.redirect.url);
  if (!hasWayBack(context.redirect.url, context.isRoot)) {
    return <Frame title={done} about={`You are signed in to ${context.project.name}. You can close this page.`} />;
  }
  if (problem) {
    const { text, requestId } = tell(problem);
    return (
      <Frame title={done} about="Only the way back did not work yet.">
        <Stack gap="lg">
          <Notice kind="danger" text={text} requestId={requestId} />
          <Button h={44} onClick={again}>
            Try again
          </Button>
        </Stack>
      </Frame>
    );
  }
  return (
    <Frame title={done}>
      <div className={styles.leaving} role="status">
        <Loader size={20} color="var(--accent)" aria-hidden="true" />
        <Text>{host ? `Taking you back to ${host}` : 'One moment'}</Text>
      </div>
    </Frame>
  );
}

function useLeaving() {
  const context = usePageContext();
  const [problem, setProblem] = useState<Problem | null>(null);
  const leave = useCallback(async () => {
    if (!hasWayBack(context.redirect.url, context.isRoot)) return;
    try {
      const way = wayBack(window.location.search);
      // After a checkout the address carries the id of its session by now.
      const redirect = context.checkout ? context.redirect.url : null;
      leaveFor((await goOn(context, redirect ? { ...way, redirect } : way)).url);
    } catch (thrown) {
      setProblem(asProblem(thrown));
    }
  }, [context]);
  useEffect(() => {
    void leave();
  }, [leave]);
  const again = () => {
    setProblem(null);
    void leave();
  };
  return { problem, again };
}

function hasWayBack(url: string | null, isRoot: boolean): boolean {
  return url !== null || isRoot;
}
