import { Button } from '@mantine/core';
import { useState } from 'react';

import { linkTo } from '../../address';
import { tell } from '../../forms/problem-words';
import { asProblem } from '../../forms/useForm';
import { leaveFor } from '../../navigate';
import { Notice } from '../../parts/Notice';
import { usePageContext } from '../../parts/page-context';
import { type OfferedTier, startCheckout } from './calls';

/** Leads on: to sign-up for who is new, to checkout for who is signed in. */
export function Choose({ tier }: { tier: OfferedTier }) {
  const context = usePageContext();
  const [isRunning, setRunning] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const variant = tier.popular ? 'filled' : 'default';
  const { user } = context;
  if (user?.plan === tier.name) {
    return (
      <Button h={44} variant="default" disabled>
        Your plan
      </Button>
    );
  }
  if (!user || tier.price === 0) {
    return (
      <Button h={44} variant={variant} component="a" href={signUpFor(tier.name)}>
        Choose {tier.displayName}
      </Button>
    );
  }
  async function buy() {
    setRunning(true);
    setTrouble(null);
    try {
      leaveFor(await startCheckout(context, tier.name));
    } catch (thrown) {
      const problem = asProblem(thrown);
      // A server whose pages cannot sell leaves it to the app.
      if (problem.status === 404) return leaveFor(signUpFor(tier.name));
      setTrouble(tell(problem).text);
      setRunning(false);
    }
  }
  return (
    <>
      <Button h={44} variant={variant} loading={isRunning} onClick={() => void buy()}>
        Choose {tier.displayName}
      </Button>
      {trouble && <Notice kind="danger" text={trouble} />}
    </>
  );
}

function signUpFor(plan: string): string {
  const query = new URLSearchParams(window.location.search);
  query.set('plan', plan);
  return linkTo('signup', `?${query}`);
}
