import { Button, Loader, Text, Title } from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';

import { linkTo } from '../../address';
import type { Problem } from '../../api';
import { tell } from '../../forms/problem-words';
import { asProblem } from '../../forms/useForm';
import { leaveFor } from '../../navigate';
import { Brand } from '../../parts/Brand';
import { Notice } from '../../parts/Notice';
import { PricingCard } from '../../parts/PricingCard';
import { usePageContext } from '../../parts/page-context';
import { TestBar } from '../../parts/TestBar';
import { type OfferedTier, readOffered, startCheckout } from './calls';
import styles from './PricingPage.module.css';

/** `/pricing`: the plans of a project, for developers without a site of their own. */
export function PricingPage() {
  const context = usePageContext();
  const { tiers, problem, load } = useOffered();
  useEffect(() => {
    document.title = `Plans – ${context.project.name}`;
  }, [context.project.name]);
  return (
    <div className={styles.page}>
      <header>
        <TestBar />
        <div className={styles.brand}>
          <Brand />
        </div>
      </header>
      <main className={styles.main}>
        <Title order={1} fz={28} lh={1.25} ta="center">
          Choose a plan
        </Title>
        {problem && (
          <div className={styles.state}>
            <Notice kind="danger" {...tell(problem)} />
            <Button variant="default" onClick={() => void load()}>
              Try again
            </Button>
          </div>
        )}
        {!tiers && !problem && <Loader size={24} color="var(--accent)" role="status" aria-label="Loading the plans" />}
        {tiers && <Cards tiers={tiers} />}
      </main>
      {!context.project.hideBranding && !context.isRoot && (
        <footer className={styles.footer}>
          <Text size="xs" c="dimmed">
            Secured by dream-api
          </Text>
        </footer>
      )}
    </div>
  );
}

function Cards({ tiers }: { tiers: OfferedTier[] }) {
  const plans = tiers.filter(({ billingMode }) => billingMode !== 'one_off');
  if (plans.length === 0) return <Text c="dimmed">There is nothing to choose from yet.</Text>;
  return (
    <ul className={styles.cards}>
      {plans.map((tier) => (
        <li key={tier.id}>
          <PricingCard offer={tier} action={<Choose tier={tier} />} />
        </li>
      ))}
    </ul>
  );
}

/** Leads on: to sign-up for who is new, to checkout for who is signed in. */
function Choose({ tier }: { tier: OfferedTier }) {
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

function useOffered() {
  const context = usePageContext();
  const [tiers, setTiers] = useState<OfferedTier[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const load = useCallback(async () => {
    setProblem(null);
    try {
      setTiers(await readOffered(context));
    } catch (thrown) {
      setProblem(asProblem(thrown));
    }
  }, [context]);
  useEffect(() => {
    void load();
  }, [load]);
  return { tiers, problem, load };
}
