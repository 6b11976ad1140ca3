import { StatusBadge } from '../../dashboard/parts/Badge';
import { CopyText } from '../../dashboard/parts/CopyText';
import { Facts } from '../../dashboard/parts/Facts';
import { Panel } from '../../dashboard/parts/Panel';
import { Bones, Loaded } from '../../dashboard/parts/States';
import { useProject } from '../../dashboard/projects';
import { useLive } from '../../dashboard/queries';
import { price } from '../../money';
import { usePageContext } from '../../parts/page-context';
import { momentWords } from '../../times';
import { usePlanName } from '../plans/usePlanName';
import { customersOf, type HeldSubscription, readExplanation } from './calls';
import styles from './WhyThisPlan.module.css';

/** Why a customer has this plan: the rule, and the facts it was decided by. */
export function WhyThisPlan({ id }: { id: string }) {
  const { pk } = useProject();
  const { user } = usePageContext();
  const planName = usePlanName();
  const explanation = useLive([...customersOf(pk), 'explain', id], () => readExplanation(pk, id));
  return (
    <Panel title="Why this plan" about="What decides it, from what is stored.">
      <Loaded of={explanation} waiting={<Bones rows={1} height={96} />}>
        {({ plan, status, rule, accessUntil, facts }) => (
          <>
            <p className={styles.rule}>
              <strong>{plan ? planName(plan) : 'No plan'}.</strong> {rule}
            </p>
            <Facts
              of={[
                ['Status', <StatusBadge key="status" status={status} />],
                ['Access until', accessUntil ? momentWords(accessUntil) : 'No end'],
              ]}
            />
            {facts.grants.map(({ plan: granted, by, until, running }) => (
              <p key={`${granted} ${by}`} className={styles.fact}>
                {planName(granted)} was given by {by === user?.id ? 'you' : by}
                {until ? ` until ${momentWords(until)}` : ''}
                {running ? '' : ', which is over'}.
              </p>
            ))}
            {facts.subscriptions.map((held) => (
              <Subscription key={held.id} held={held} />
            ))}
          </>
        )}
      </Loaded>
    </Panel>
  );
}

function Subscription({ held }: { held: HeldSubscription }) {
  const planName = usePlanName();
  return (
    <div className={styles.subscription}>
      <Facts
        of={[
          ['Subscription', <CopyText key="id" text={held.id} label="subscription id" />],
          ['Status', <StatusBadge key="status" status={held.status} />],
          [
            'Price',
            `${price(held.amount, held.currency)} a ${held.interval}${held.quantity > 1 ? `, ${held.quantity} times` : ''}`,
          ],
          ['Price id', <CopyText key="price" text={held.priceId} label="price id" />],
          ['Payment customer', <CopyText key="customer" text={held.customerId} label="payment customer id" />],
          [
            held.cancelAtPeriodEnd || held.cancelAt ? 'Ends' : 'Period ends',
            momentWords(held.cancelAt ?? held.periodEnd),
          ],
          ['Gives', held.claim ? planName(held.claim.plan) : 'Nothing'],
          ['Why', held.rule],
        ]}
      />
    </div>
  );
}
