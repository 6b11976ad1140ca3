import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';

import { Confirm, Dialog } from '../../dashboard/parts/Dialog';
import { Panel } from '../../dashboard/parts/Panel';
import { useProject } from '../../dashboard/projects';
import { useAct } from '../../dashboard/queries';
import styles from './Actions.module.css';
import { ChangePlan } from './ChangePlan';
import { type Customer, customersOf, deleteCustomer, revokeSessions } from './calls';
import { EditCustomer } from './EditCustomer';

type Open = 'plan' | 'edit' | 'sessions' | 'delete' | null;

/** What the developer can do for, or to, a customer. Each asks first. */
export function Actions({ customer }: { customer: Customer }) {
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const name = customer.email ?? customer.id;
  return (
    <Panel title="Actions">
      <div className={styles.actions}>
        <Button variant="default" onClick={() => setOpen('plan')}>
          Change plan
        </Button>
        <Button variant="default" onClick={() => setOpen('edit')}>
          Edit
        </Button>
        <Button variant="default" onClick={() => setOpen('sessions')}>
          Sign out everywhere
        </Button>
        <Button variant="default" c="var(--danger)" onClick={() => setOpen('delete')}>
          Delete customer
        </Button>
      </div>
      <Dialog title={`Change the plan of ${name}`} opened={open === 'plan'} onClose={close}>
        <ChangePlan customer={customer} onDone={close} />
      </Dialog>
      <Dialog title={`Edit ${name}`} opened={open === 'edit'} onClose={close}>
        <EditCustomer customer={customer} onDone={close} />
      </Dialog>
      <SignOut customer={customer} opened={open === 'sessions'} onClose={close} />
      <Delete customer={customer} opened={open === 'delete'} onClose={close} />
    </Panel>
  );
}

interface ActProps {
  customer: Customer;
  opened: boolean;
  onClose: () => void;
}

function SignOut({ customer: { id, email }, opened, onClose }: ActProps) {
  const { pk } = useProject();
  const act = useAct({
    run: (_: null) => revokeSessions(pk, id),
    changes: [customersOf(pk)],
    said: 'Signed out everywhere.',
    after: onClose,
  });
  return (
    <Confirm
      title={`Sign ${email ?? 'this customer'} out everywhere`}
      opened={opened}
      onClose={onClose}
      action="Sign out everywhere"
      running={act.isPending}
      problem={act.error}
      onConfirm={() => act.mutate(null)}
    >
      <p>Every session and token ends at once, on all devices. Plan, usage and subscription stay as they are.</p>
    </Confirm>
  );
}

function Delete({ customer: { id, email }, opened, onClose }: ActProps) {
  const { pk, base } = useProject();
  const navigate = useNavigate();
  const act = useAct({
    run: (_: null) => deleteCustomer(pk, id),
    changes: [customersOf(pk)],
    said: `Deleted ${email ?? id}.`,
    after: () => navigate({ to: `${base}/customers` }),
  });
  return (
    <Confirm
      title={`Delete ${email ?? 'this customer'}`}
      opened={opened}
      onClose={onClose}
      action="Delete customer"
      keep="Keep customer"
      danger
      running={act.isPending}
      problem={act.error}
      onConfirm={() => act.mutate(null)}
    >
      <p>This cannot be taken back. It happens at once:</p>
      <ul>
        <li>Name, address, password and metadata are erased.</li>
        <li>Usage and the plan are gone; every session ends.</li>
        <li>A new sign-up with the same address begins from nothing.</li>
      </ul>
    </Confirm>
  );
}
