import { Badge } from '../../dashboard/parts/Badge';
import { To } from '../../dashboard/parts/To';
import { useProject } from '../../dashboard/projects';
import { whenWords } from '../../times';
import type { Health } from './calls';
import styles from './HealthBadge.module.css';

/** More waiting events than this are not worked as fast as they come. */
const WAITING_MAX = 100;
const RECONCILE_MAX_MS = 2 * 24 * 3_600_000;

/** Whether news of the payment provider arrive and are worked. */
export function HealthBadge({ health }: { health: Health }) {
  const { base } = useProject();
  const now = Date.now();
  const { lastWebhookAt, inboxWaiting, inboxDead, reconciledAt } = health;
  const isSlow =
    inboxDead > 0 || inboxWaiting > WAITING_MAX || (reconciledAt !== null && now - reconciledAt > RECONCILE_MAX_MS);
  const parts = [
    lastWebhookAt === null ? 'No event yet' : `Last event ${whenWords(lastWebhookAt, now)}`,
    inboxWaiting > 0 ? `${inboxWaiting} waiting` : null,
    inboxDead > 0 ? `${inboxDead} given up` : null,
    reconciledAt === null ? null : `compared ${whenWords(reconciledAt, now)}`,
  ];
  return (
    <To to={`${base}/events`} className={styles.link}>
      <Badge tone={isSlow ? 'warning' : lastWebhookAt === null ? 'plain' : 'good'}>
        {parts.filter(Boolean).join(', ')}
      </Badge>
    </To>
  );
}
