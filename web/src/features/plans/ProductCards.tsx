import { Badge } from '../../dashboard/parts/Badge';
import { Icon } from '../../dashboard/parts/Icon';
import { To } from '../../dashboard/parts/To';
import { useProject } from '../../dashboard/projects';
import { count } from '../../money';
import { priceWords } from '../../prices';
import type { Tier } from './calls';
import styles from './ProductCards.module.css';

/** Fewer than this are low. */
const LOW = 5;

/** Products with picture, price and stock. */
export function ProductCards({ tiers }: { tiers: Tier[] }) {
  const { base } = useProject();
  return (
    <ul className={styles.cards}>
      {tiers.map((tier) => (
        <li key={tier.id} className={styles.card}>
          <div className={styles.picture}>
            {tier.imageUrl ? <img src={tier.imageUrl} alt="" loading="lazy" /> : <Icon name="products" size={32} />}
          </div>
          <div className={styles.words}>
            <To to={`${base}/products/${encodeURIComponent(tier.name)}`} className={styles.name}>
              {tier.displayName}
            </To>
            <span className={styles.price}>{priceWords(tier)}</span>
            <Stock tier={tier} />
          </div>
        </li>
      ))}
    </ul>
  );
}

function Stock({ tier: { inventory, active } }: { tier: Tier }) {
  if (!active) return <Badge>Archived</Badge>;
  if (inventory === null || inventory === undefined) return <span className={styles.stock}>Stock not counted</span>;
  if (inventory <= 0) return <Badge tone="bad">Sold out</Badge>;
  if (inventory <= LOW) return <Badge tone="warning">Only {inventory} left</Badge>;
  return <span className={styles.stock}>{count(inventory)} in stock</span>;
}
