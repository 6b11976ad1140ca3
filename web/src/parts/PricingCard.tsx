import type { ReactNode } from 'react';

import { limitWords, type Priced, priceWords } from '../prices';
import styles from './PricingCard.module.css';

/** What a card tells of a plan. */
export interface Offer extends Priced {
  displayName: string;
  description?: string | null;
  /** -1 is unlimited. */
  limit?: number;
  period?: string;
  features: string[];
  popular?: boolean;
  trialDays?: number | null;
}

/** Cards beside each other, each in an item of the list: their buttons stand on one line. */
export function PricingCards({ children }: { children: ReactNode }) {
  return <ul className={styles.cards}>{children}</ul>;
}

/** A plan as people choose it. `action` is the button. */
export function PricingCard({
  offer,
  action,
  level = 'h2',
}: {
  offer: Offer;
  action?: ReactNode;
  level?: 'h2' | 'h3';
}) {
  const { displayName, description, features, popular, trialDays, limit, period = 'month' } = offer;
  const Heading = level;
  const [price, per] = priceWords(offer).split(/ (?=a )/);
  const says = features.length > 0 || limit === undefined ? features : [limitWords(limit, period)];
  return (
    <article className={styles.card} data-popular={popular || undefined}>
      <div className={styles.top}>
        <div className={styles.head}>
          <Heading className={styles.name}>{displayName || 'Name'}</Heading>
          {popular && <span className={styles.popular}>Most popular</span>}
        </div>
        {description && <p className={styles.description}>{description}</p>}
        <p className={styles.price}>
          <strong>{price}</strong> {per && <span className={styles.per}>{per}</span>}
        </p>
        {trialDays ? <p className={styles.per}>{trialDays} days free</p> : null}
      </div>
      {action}
      <ul className={styles.features}>
        {says.map((feature) => (
          <li key={feature}>{feature}</li>
        ))}
      </ul>
    </article>
  );
}
