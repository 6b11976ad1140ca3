import { Badge } from '../../dashboard/parts/Badge';
import { To } from '../../dashboard/parts/To';
import { useProject } from '../../dashboard/projects';
import { businessNow, machineNow } from '../../now';
import { agoWords } from '../../times';
import type { Health } from './calls';
import styles from './HealthBadge.module.css';

/** More waiting events than this are not worked as fast as they come. */
const WAITING_MAX = 100;
const RECONCILE_MAX_MS = 2 * 24 * 3_600_000;

/** Whether news of the payment provider arrive and are worked. Events arrive by the machine's clock. */
export function HealthBadge({ health }: { health: Health }) {
  const { base } = useProject();
  const now = businessNow();
  const { lastWebhookAt, inboxWaiting, inboxDead, reconciledAt } = health;
  const isLate = reconciledAt !== null && now - reconciledAt > RECONCILE_MAX_MS;
  const isSlow = inboxDead > 0 || inboxWaiting > WAITING_MAX || isLate;
  const parts = [
    lastWebhookAt === null ? 'No event yet' : `Last event ${agoWords(lastWebhookAt, machineNow())}`,
    inboxWaiting > 0 ? `${inboxWaiting} waiting` : null,
    inboxDead > 0 ? `${inboxDead} given up` : null,
  ];
  return (
    <To to={`${base}/events`} className={styles.link}>
      <Badge tone={isSlow ? 'warning' : lastWebhookAt === null ? 'plain' : 'good'}>
        {parts.filter(Boolean).join(', ')}
      </Badge>
      {reconciledAt !== null && (
        <span className={styles.compared}>Compared with Stripe {comparedWords(reconciledAt, now)}</span>
      )}
    </To>
  );
}

function comparedWords(at: number, now: number): string {
  const words = agoWords(at, now);
  return /ago$|^just/.test(words) ? words : `on ${words}`;
}
