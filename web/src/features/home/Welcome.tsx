import { Anchor, Button, Text, Title } from '@mantine/core';
import { useState } from 'react';

import { CopyButton } from '../../parts/CopyButton';
import { usePageContext } from '../../parts/page-context';
import type { OwnPlan } from './calls';
import { COUNTING, examplesFor } from './examples';
import { Loop } from './Loop';
import { Plans } from './Plans';
import { useOwnPlans } from './useOwnPlans';
import styles from './Welcome.module.css';

const START = 'cargo run --release';

/** What dream-api is, calls that work, what it looks like, what it costs, and the way in for developers. */
export function Welcome() {
  const plans = useOwnPlans();
  const { demoDashboard } = usePageContext();
  return (
    <>
      <section className={styles.hero}>
        <div className={styles.say}>
          <Title order={1} className={styles.title ?? ''}>
            Sign-in, plans and usage limits for your app
          </Title>
          <Text size="lg" c="dimmed">
            dream-api signs your users in, knows what each of them pays for, and counts and enforces what they use, in
            one call. Your own Stripe account takes the money; nothing is kept back.
          </Text>
          <div className={styles.actions}>
            <Button component="a" href="/signup" h={44}>
              Sign up
            </Button>
            <Button component="a" href="/signin" variant="default" h={44}>
              Sign in
            </Button>
          </div>
          {demoDashboard && (
            <Text size="sm" c="dimmed">
              This server runs in development and has demo projects:{' '}
              <Anchor href={demoDashboard}>open the demo dashboard</Anchor>.
            </Text>
          )}
        </div>
        <TryIt plans={plans} />
      </section>
      <Loop />
      <Counting />
      <Plans plans={plans} />
      <section className={styles.part} aria-labelledby="own">
        <Title order={2} id="own" className={styles.heading ?? ''}>
          Run it yourself with one command
        </Title>
        <Text c="dimmed" maw={640}>
          One program with its database inside. In the folder of its source this builds and starts it, with a sandbox in
          place of Stripe, so that everything works before you have signed up anywhere.
        </Text>
        <div className={styles.line}>
          <code>{START}</code>
          <CopyButton text={START} label="Copy the start command" />
        </div>
      </section>
    </>
  );
}

function TryIt({ plans }: { plans: OwnPlan[] | null }) {
  const { baseUrl, publishableKey } = usePageContext();
  const examples = examplesFor(baseUrl, publishableKey);
  const [chosen, choose] = useState('curl');
  const shown = examples.find(({ id }) => id === chosen) ?? examples[0];
  if (!shown) return null;
  return (
    <section className={styles.try} aria-labelledby="try">
      <div className={styles.tryTop}>
        <Title order={2} id="try">
          Try it
        </Title>
        <CopyButton text={shown.text} label="Copy the command" />
      </div>
      <fieldset className={styles.tabs}>
        <legend className="visually-hidden">Language</legend>
        {examples.map(({ id, name }) => (
          <button key={id} type="button" aria-pressed={id === shown.id} onClick={() => choose(id)}>
            {name}
          </button>
        ))}
      </fieldset>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section className={styles.code} tabIndex={0} aria-label="Command">
        <pre>{shown.text}</pre>
      </section>
      <Text size="sm" c="dimmed">
        It runs as it stands, and answers the plans of dream-api itself:
      </Text>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section className={styles.code} tabIndex={0} aria-label="Answer">
        <pre>{answerOf(plans)}</pre>
      </section>
    </section>
  );
}

/** What the call answers, as far as it fits. */
function answerOf(plans: OwnPlan[] | null): string {
  const rows = (plans ?? [])
    .slice(0, 3)
    .map(({ name, price, limit }) => `  ${JSON.stringify({ name, price, limit })},`);
  return ['{ "tiers": [', ...rows, '  …']
    .join('\n')
    .replaceAll(/([,:])"/g, '$1 "')
    .replaceAll(/":(?=\S)/g, '": ');
}

function Counting() {
  return (
    <section className={styles.part} aria-labelledby="counting">
      <Title order={2} id="counting" className={styles.heading ?? ''}>
        One call asks, counts and says no
      </Title>
      <Text c="dimmed" maw={640}>
        Your server makes it before the work. It is never one over the limit and never one lost, also when two calls
        come at once or the power fails.
      </Text>
      <div className={styles.three}>
        <Lines name="The call" text={COUNTING.call} />
        <Lines name="Below the limit" text={COUNTING.fine} />
        <Lines name="At the limit" text={COUNTING.full} />
      </div>
    </section>
  );
}

function Lines({ name, text }: { name: string; text: string }) {
  return (
    <figure className={styles.lines}>
      <figcaption>{name}</figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section className={styles.code} tabIndex={0} aria-label={name}>
        <pre>{text}</pre>
      </section>
    </figure>
  );
}
