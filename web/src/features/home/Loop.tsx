import { Title } from '@mantine/core';

import { PricingCard } from '../../parts/PricingCard';
import styles from './Loop.module.css';
import welcome from './Welcome.module.css';

const PRO = { displayName: 'Pro', price: 2900, features: ['10,000 requests a month'], popular: true };
const USED = [
  { who: 'ada@example.com', used: '8,412 of 10,000', share: 84, level: 'near' },
  { who: 'grace@example.com', used: '3,120 of 10,000', share: 31, level: 'fine' },
  { who: 'linus@example.com', used: '100 of 100', share: 100, level: 'full' },
];

/** What an app goes through with every user, in three pictures of the pages themselves. */
export function Loop() {
  return (
    <section className={welcome.part} aria-labelledby="loop">
      <Title order={2} id="loop" className={welcome.heading ?? ''}>
        From a visitor to a paying customer
      </Title>
      <ol className={styles.loop}>
        <li>
          <div className={styles.picture} aria-hidden="true">
            <SignIn />
          </div>
          <h3>They sign up</h3>
          <p>On pages in your name and colour, by password, Google or any OpenID Connect provider.</p>
        </li>
        <li>
          <div className={styles.picture} aria-hidden="true" inert>
            <PricingCard offer={PRO} level="h3" action={<span className={styles.button}>Choose Pro</span>} />
          </div>
          <h3>They choose a plan</h3>
          <p>Checkout, upgrades, cancellations and invoices run over your own Stripe account.</p>
        </li>
        <li>
          <div className={styles.picture} aria-hidden="true">
            <Usage />
          </div>
          <h3>They use what they paid for</h3>
          <p>Each call is counted, the limit holds, and you see who is close to it.</p>
        </li>
      </ol>
    </section>
  );
}

function SignIn() {
  return (
    <div className={styles.card}>
      <strong>Sign in to Weather API</strong>
      <span className={styles.field}>ada@example.com</span>
      <span className={styles.field}>••••••••••</span>
      <span className={styles.button}>Sign in</span>
    </div>
  );
}

function Usage() {
  return (
    <div className={styles.card}>
      {USED.map(({ who, used, share, level }) => (
        <div key={who} className={styles.used}>
          <span>{who}</span>
          <span className={styles.count}>{used}</span>
          <span className={styles.bar} data-level={level}>
            <span style={{ width: `${share}%` }} />
          </span>
        </div>
      ))}
    </div>
  );
}
