import { Button } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';

import { Badge } from '../../dashboard/parts/Badge';
import { CopyText } from '../../dashboard/parts/CopyText';
import { Confirm } from '../../dashboard/parts/Dialog';
import { Facts } from '../../dashboard/parts/Facts';
import { Panel } from '../../dashboard/parts/Panel';
import { Bones, Loaded } from '../../dashboard/parts/States';
import { useProject } from '../../dashboard/projects';
import { useAct, useLive } from '../../dashboard/queries';
import { Notice } from '../../parts/Notice';
import { momentWords } from '../../times';
import { connectLink, disconnectPayments, type PaymentAccount, paymentAccountOf, readPaymentAccount } from './calls';
import { SettingsPage } from './SettingsPage';

/** The developer's account at the payment provider in this mode. */
export function PaymentsPage() {
  const { project } = useProject();
  const search: Record<string, string> = useSearch({ strict: false });
  const account = useLive(paymentAccountOf(project.mode), () => readPaymentAccount(project.mode));
  return (
    <SettingsPage>
      {search['stripe'] === 'connected' && <Notice kind="success" text="Payments are connected." />}
      {search['stripe'] === 'error' && (
        <Notice kind="danger" text="Connecting did not work, and nothing was changed. Try it once more." />
      )}
      <Panel
        title={project.mode === 'test' ? 'Payments in test mode' : 'Payments'}
        about="Your customers pay into your own account. One connection serves all of your projects in this mode."
        action={account.data && <Standing account={account.data} />}
      >
        <Loaded of={account} waiting={<Bones rows={1} height={200} />}>
          {(data) => (data.connected ? <Connected account={data} /> : <NotConnected account={data} />)}
        </Loaded>
      </Panel>
    </SettingsPage>
  );
}

function Standing({ account: { connected, chargesEnabled, sandbox } }: { account: PaymentAccount }) {
  return (
    <>
      {sandbox && <Badge tone="test">Sandbox</Badge>}
      {connected ? (
        <Badge tone={chargesEnabled === false ? 'warning' : 'good'}>
          {chargesEnabled === false ? 'Cannot take payments yet' : 'Connected'}
        </Badge>
      ) : (
        <Badge>Not connected</Badge>
      )}
    </>
  );
}

function NotConnected({ account: { configured, sandbox, disconnectedAt } }: { account: PaymentAccount }) {
  const { project, base } = useProject();
  if (configured === false) {
    return (
      <p style={{ margin: 0 }}>
        This server has no Stripe key for {project.mode} mode yet. Its operator sets one; then you can connect your
        account here.
      </p>
    );
  }
  return (
    <>
      <p style={{ margin: 0 }}>
        {sandbox
          ? 'This server has a sandbox in place of Stripe: connect it with one click, and checkout works with test cards.'
          : 'Plans with a price cannot be bought until your Stripe account is connected. Stripe asks you to confirm, then brings you back here.'}
        {disconnectedAt ? ` The last connection ended on ${momentWords(disconnectedAt)}.` : ''}
      </p>
      <Button
        component="a"
        href={connectLink(project.mode, `${base}/settings/payments`)}
        style={{ justifySelf: 'start' }}
      >
        {sandbox ? 'Connect the sandbox' : 'Connect Stripe'}
      </Button>
    </>
  );
}

function Connected({ account }: { account: PaymentAccount }) {
  const yes = (value: boolean | undefined) => (value === undefined ? null : value ? 'Yes' : 'Not yet');
  return (
    <>
      {account.chargesEnabled === false && (
        <Notice
          kind="warning"
          text="Stripe does not take payments for this account yet. Finish its questions in your Stripe dashboard."
        />
      )}
      <Facts
        of={[
          ['Account', account.displayName],
          ['Account id', account.accountId && <CopyText text={account.accountId} label="account id" />],
          ['Takes payments', yes(account.chargesEnabled)],
          ['Pays out', yes(account.payoutsEnabled)],
          ['Country', account.country],
          ['Currency', account.defaultCurrency?.toUpperCase()],
          ['Connected', account.connectedAt ? momentWords(account.connectedAt) : null],
        ]}
      />
      <Disconnect />
    </>
  );
}

function Disconnect() {
  const { project } = useProject();
  const [isOpen, setOpen] = useState(false);
  const act = useAct({
    run: (_: null) => disconnectPayments(project.mode),
    changes: [paymentAccountOf(project.mode)],
    said: 'Payments are disconnected.',
    after: () => setOpen(false),
  });
  return (
    <>
      <Button variant="default" c="var(--danger)" style={{ justifySelf: 'start' }} onClick={() => setOpen(true)}>
        Disconnect
      </Button>
      <Confirm
        title="Disconnect payments"
        opened={isOpen}
        onClose={() => setOpen(false)}
        action="Disconnect"
        keep="Stay connected"
        danger
        running={act.isPending}
        problem={act.error}
        onConfirm={() => act.mutate(null)}
      >
        <p>This counts for all of your projects in {project.mode} mode:</p>
        <ul>
          <li>Nobody can buy, change or cancel until an account is connected again.</li>
          <li>Who has paid keeps the plan until the end of the paid period.</li>
          <li>Subscriptions in Stripe are not cancelled: Stripe goes on charging until you end them there.</li>
        </ul>
      </Confirm>
    </>
  );
}
