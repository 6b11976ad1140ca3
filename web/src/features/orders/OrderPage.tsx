import { Anchor } from '@mantine/core';
import { useParams } from '@tanstack/react-router';

import { isWebAddress } from '../../address';

import { Badge, StatusBadge } from '../../dashboard/parts/Badge';
import { CopyText } from '../../dashboard/parts/CopyText';
import { Detail } from '../../dashboard/parts/Detail';
import { Facts } from '../../dashboard/parts/Facts';
import { Page } from '../../dashboard/parts/Page';
import { Panel } from '../../dashboard/parts/Panel';
import { Bones, Loaded } from '../../dashboard/parts/States';
import { useProject } from '../../dashboard/projects';
import { useLive } from '../../dashboard/queries';
import { OrderLines } from '../../parts/OrderLines';
import { Timeline } from '../../parts/Timeline';
import { momentWords } from '../../times';
import { Fulfil, Refund } from './Actions';
import { type Order, ordersOf, readOrder } from './calls';
import styles from './OrderPage.module.css';

/** One order: what was bought, where it goes, what happened, and what can be done. */
export function OrderPage() {
  const { pk, base } = useProject();
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const order = useLive([...ordersOf(pk), 'one', id], () => readOrder(pk, id));
  return (
    <Page
      title={order.data?.email ?? 'Order'}
      above={{ name: 'Orders', to: `${base}/orders` }}
      mark={
        order.data && (
          <>
            <StatusBadge status={order.data.status} />
            {order.data.sample && <Badge>Sample</Badge>}
          </>
        )
      }
      action={
        order.data && (
          <>
            <Refund order={order.data} />
            <Fulfil order={order.data} />
          </>
        )
      }
    >
      <Loaded of={order} waiting={<Bones rows={2} height={240} />}>
        {(data) => (
          <Detail of={data} label="The order as JSON">
            <Parts order={data} />
          </Detail>
        )}
      </Loaded>
    </Page>
  );
}

function Parts({ order }: { order: Order }) {
  const address = Object.values(order.shipping?.address ?? {}).filter(Boolean);
  return (
    <div className={styles.columns}>
      <div className={styles.column}>
        <Panel title="Items">
          <OrderLines order={order} />
        </Panel>
        <Panel title="Facts">
          <Facts
            of={[
              ['Order id', <CopyText key="id" text={order.id} label="order id" />],
              ['Bought', momentWords(order.createdAt)],
              ['E-mail', order.email],
              ['Ships to', [order.shipping?.name, ...address].filter(Boolean).join(', ')],
              [
                'Tracking',
                order.trackingUrl && isWebAddress(order.trackingUrl) ? (
                  <Anchor key="tracking" href={order.trackingUrl} rel="noreferrer">
                    {order.trackingUrl}
                  </Anchor>
                ) : (
                  order.trackingUrl
                ),
              ],
              ['Note', order.note],
              ['Payment', order.paymentId && <CopyText text={order.paymentId} label="payment id" />],
              ['Receipt', order.receiptUrl && <Anchor href={order.receiptUrl}>As the customer sees it</Anchor>],
            ]}
          />
        </Panel>
      </div>
      <div className={styles.column}>
        {order.timeline && order.timeline.length > 0 && (
          <Panel title="What happened">
            <Timeline of={order.timeline} />
          </Panel>
        )}
      </div>
    </div>
  );
}
