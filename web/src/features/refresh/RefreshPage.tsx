import { Button, Loader, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';

import { leaveFor } from '../../navigate';
import { Frame } from '../../parts/Frame';
import { Leaving } from '../../parts/Leaving';
import { Notice } from '../../parts/Notice';
import { usePageContext } from '../../parts/page-context';
import { SignIn } from '../sign-in/SignIn';
import styles from './RefreshPage.module.css';
import { usePlan, WAIT_SECONDS } from './usePlan';

/** `/refresh`: waits until the plan that was paid for is in force, then returns with a fresh token. */
export function RefreshPage() {
  const { user, project, checkout } = usePageContext();
  const asked = new URLSearchParams(window.location.search).get('plan');
  const plan = checkout ? (checkout.isSettled ? null : checkout.plan) : asked;
  const [isSignedIn, setSignedIn] = useState(user !== null);
  if (checkout && !checkout.isBuyer) return <GoOn />;
  if (!isSignedIn) return <SignIn title={`Sign in to ${project.name}`} onComplete={() => setSignedIn(true)} />;
  if (!plan) return <Leaving done="Your account is up to date" />;
  return <WaitForPlan plan={plan} />;
}

/** Whoever comes back from a checkout in a browser that is not signed in goes on without a token. */
function GoOn() {
  const { redirect, project } = usePageContext();
  useEffect(() => {
    if (redirect.url) leaveFor(redirect.url);
  }, [redirect.url]);
  const about = redirect.url ? 'One moment' : `You can close this page and go back to ${project.name}.`;
  return <Frame title="Thank you" about={about} />;
}

function WaitForPlan({ plan }: { plan: string }) {
  const { state, again } = usePlan(plan);
  const [goesOn, setGoesOn] = useState(false);
  if (state.is === 'active' || goesOn) return <Leaving done={goesOn ? 'Going on' : `Your plan ${plan} is active`} />;
  if (state.is === 'waiting') {
    return (
      <Frame
        title="Setting up your plan"
        about={`Your payment is being confirmed. As soon as ${plan} is active, you go on.`}
      >
        <div className={styles.waiting} role="status">
          <Loader size={20} color="var(--accent)" aria-hidden="true" />
          <Text>
            {state.isUnreachable
              ? 'The server cannot be reached at the moment; still trying'
              : 'This takes a few seconds'}
          </Text>
        </div>
      </Frame>
    );
  }
  return (
    <Frame title="Your plan is not active yet">
      <Stack gap="lg">
        <Notice
          kind="warning"
          text={`After ${WAIT_SECONDS} seconds the plan ${plan} is still not active. A payment can take longer to be confirmed; it is not lost, and you need not pay again.`}
        />
        <Button h={44} onClick={again}>
          Try again
        </Button>
        <Button h={44} variant="default" onClick={() => setGoesOn(true)}>
          Go on anyway
        </Button>
      </Stack>
    </Frame>
  );
}
