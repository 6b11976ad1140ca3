import { Button, Title } from '@mantine/core';

import { PricingCard, PricingCards } from '../../parts/PricingCard';
import type { OwnPlan } from './calls';
import styles from './Welcome.module.css';

/** What this server costs; nothing is said where it cannot be read. */
export function Plans({ plans }: { plans: OwnPlan[] | null }) {
  if (plans?.length === 0) return null;
  return (
    <section className={styles.part} aria-labelledby="plans">
      <Title order={2} id="plans" className={styles.heading ?? ''}>
        What it costs here
      </Title>
      <div className={styles.plans}>
        <PricingCards>
          {(plans ?? []).map((plan) => (
            <li key={plan.id}>
              <PricingCard
                offer={plan}
                level="h3"
                action={
                  <Button
                    component="a"
                    href={`/signup?plan=${encodeURIComponent(plan.name)}`}
                    variant={plan.price > 0 ? 'filled' : 'default'}
                    h={40}
                  >
                    Choose {plan.displayName}
                  </Button>
                }
              />
            </li>
          ))}
        </PricingCards>
      </div>
    </section>
  );
}
