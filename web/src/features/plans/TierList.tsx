import { ActionIcon } from '@mantine/core';

import { Badge } from '../../dashboard/parts/Badge';
import { Icon } from '../../dashboard/parts/Icon';
import { Panel } from '../../dashboard/parts/Panel';
import { To } from '../../dashboard/parts/To';
import { useProject } from '../../dashboard/projects';
import { useAct } from '../../dashboard/queries';
import { tell } from '../../forms/problem-words';
import { Notice } from '../../parts/Notice';
import { limitWords, priceWords } from '../../prices';
import { changeTier, type Tier, tiersOf } from './calls';
import styles from './TierList.module.css';

/** Plans in their order, which can be changed. */
export function TierList({ tiers }: { tiers: Tier[] }) {
  const { pk, base } = useProject();
  const act = useAct({
    run: (order: Tier[]) => reorder(pk, tiers, order),
    changes: [tiersOf(pk)],
    said: 'The order is saved.',
  });
  const move = (from: number, to: number) => {
    const order = [...tiers];
    order.splice(to, 0, ...order.splice(from, 1));
    act.mutate(order);
  };
  return (
    <>
      {act.error && <Notice kind="danger" {...tell(act.error)} />}
      <Panel flush>
        <ol className={styles.list} aria-busy={act.isPending}>
          {tiers.map((tier, at) => (
            <li key={tier.id} className={styles.tier}>
              <div className={styles.words}>
                <To to={`${base}/plans/${encodeURIComponent(tier.name)}`} className={styles.name}>
                  {tier.displayName}
                </To>
                <span className={styles.about}>
                  {priceWords(tier)}, {limitWords(tier.limit, tier.period).toLowerCase()}
                  {Object.entries(tier.meters).map(
                    ([meter, { limit, period }]) => `, ${limitWords(limit, period, meter).toLowerCase()}`,
                  )}
                </span>
              </div>
              <span className={styles.marks}>
                {tier.popular && <Badge tone="accent">Popular</Badge>}
                {tier.isDefault && <Badge>Default</Badge>}
                {!tier.active && <Badge>Archived</Badge>}
              </span>
              <span className={styles.moves}>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size={32}
                  aria-label={`Move ${tier.displayName} up`}
                  disabled={at === 0 || act.isPending}
                  onClick={() => move(at, at - 1)}
                >
                  <Icon name="up" size={16} />
                </ActionIcon>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size={32}
                  aria-label={`Move ${tier.displayName} down`}
                  disabled={at === tiers.length - 1 || act.isPending}
                  onClick={() => move(at, at + 1)}
                >
                  <Icon name="down" size={16} />
                </ActionIcon>
              </span>
            </li>
          ))}
        </ol>
      </Panel>
    </>
  );
}

/** Writes the places that changed, one after the other. */
async function reorder(pk: string, before: Tier[], order: Tier[]) {
  const places = before.map(({ position }) => position);
  const areDistinct = new Set(places).size === places.length;
  for (const [at, tier] of order.entries()) {
    const position = areDistinct ? (places[at] ?? at) : at;
    if (position !== tier.position) await changeTier(pk, tier.name, { position });
  }
}
