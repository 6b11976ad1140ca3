import { Button } from '@mantine/core';
import type { Values } from '../../forms/useForm';
import { PricingCard } from '../../parts/PricingCard';
import type { Kind } from '../projects/calls';
import { offerOf } from './draft';
import styles from './Editor.module.css';

/** The card as customers will see it, while it is typed. */
export function Preview({ typed, kind }: { typed: Values; kind: Kind }) {
  const offer = offerOf(typed, kind);
  return (
    <aside className={styles.card} aria-label="Preview">
      <span className={styles.label}>Preview</span>
      <PricingCard
        offer={offer}
        action={
          <Button fullWidth variant={offer.popular ? 'filled' : 'default'} component="span" aria-hidden="true">
            {kind === 'store' ? 'Add to cart' : `Choose ${offer.displayName || 'this plan'}`}
          </Button>
        }
      />
    </aside>
  );
}
