import { Button } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';

import { StatusBadge } from '../../dashboard/parts/Badge';
import { Facts } from '../../dashboard/parts/Facts';
import { Page } from '../../dashboard/parts/Page';
import { Panel } from '../../dashboard/parts/Panel';
import { Bones, Empty, Loaded } from '../../dashboard/parts/States';
import { To } from '../../dashboard/parts/To';
import { UsageBar } from '../../dashboard/parts/UsageBar';
import { useAct, useLive } from '../../dashboard/queries';
import { tell } from '../../forms/problem-words';
import { leaveFor } from '../../navigate';
import { Notice } from '../../parts/Notice';
import { usePageContext } from '../../parts/page-context';
import { priceWords } from '../../prices';
import { momentWords } from '../../times';
import { openPortal, type PlatformSubscription, readSubscription, startCheckout } from './calls';

/** The developer's own plan on this server. */
export function BillingPage() {
  const { user } = usePageContext();
  const search: Record<string, string> = useSearch({ strict: false });
  const subscription = useLive(['subscription'], readSubscription);
  return (
    <Page title="Your plan" about={`What ${user?.email ?? 'you'} pays for dream-api.`} narrow>
      {search['payment'] === 'success' && (
        <Notice kind="success" text="Paid. The plan below follows within a few seconds." />
      )}
      {search['payment'] === 'cancelled' && <Notice kind="info" text="Nothing was bought and nothing was charged." />}
      {subscription.error?.code === 'platform_not_found' ? (
        <Panel flush>
          <Empty title="You have no project yet" action={<To to="/dashboard/projects/new">Create project</To>}>
            <p>Your plan begins with the first one; building in test mode costs nothing.</p>
          </Empty>
        </Panel>
      ) : (
        <Loaded of={subscription} waiting={<Bones rows={1} height={240} />}>
          {(data) => <Plan data={data} />}
        </Loaded>
      )}
    </Page>
  );
}

function Plan({ data }: { data: PlatformSubscription }) {
  const isRunning = ['trialing', 'active', 'past_due'].includes(data.status);
  const act = useAct({
    run: (_: null, repeatKey) =>
      isRunning ? openPortal(`${window.location.origin}/dashboard/billing`) : startCheckout(repeatKey),
    changes: [],
    after: leaveFor,
  });
  const { plan, price, currency, interval, estimatedOverage } = data;
  return (
    <Panel title={plan.charAt(0).toUpperCase() + plan.slice(1)} action={<StatusBadge status={data.status} />}>
      {data.status === 'past_due' && (
        <Notice kind="danger" text="The last payment failed. Change the card before access to the live API ends." />
      )}
      <Facts
        of={[
          ['Live users', <UsageBar key="users" used={data.liveEndUserCount} limit={data.includedUsers} />],
          ['The paid plan', priceWords({ price, currency, interval })],
          ['Trial ends', data.trialEndsAt && momentWords(data.trialEndsAt)],
          [
            data.cancelAt ? 'Ends' : 'Renews',
            data.currentPeriodEnd && momentWords(data.cancelAt ?? data.currentPeriodEnd),
          ],
          [
            'For further users',
            estimatedOverage > 0 ? `${estimatedOverage} ${currency.toUpperCase()}` : 'Nothing so far',
          ],
        ]}
      />
      {act.error && <Notice kind="danger" {...tell(act.error)} />}
      <Button style={{ justifySelf: 'start' }} loading={act.isPending} onClick={() => act.mutate(null)}>
        {isRunning ? 'Manage plan and invoices' : 'Upgrade'}
      </Button>
    </Panel>
  );
}
