import { Button, Menu } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';

import { Confirm, Dialog } from '../../dashboard/parts/Dialog';
import { Icon } from '../../dashboard/parts/Icon';
import { useProject } from '../../dashboard/projects';
import { useAct } from '../../dashboard/queries';
import { ChangePlan } from './ChangePlan';
import { type Customer, customersOf, deleteCustomer } from './calls';
import { EditCustomer } from './EditCustomer';
import { Portal } from './Portal';

type Open = 'plan' | 'portal' | 'edit' | 'delete' | null;

/** What the developer can do for, or to, a customer. Each asks first. */
export function Actions({ customer }: { customer: Customer }) {
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const isStore = useProject().project.type === 'store';
  const name = customer.email ?? customer.id;
  return (
    <>
      <Menu
        position="bottom-end"
        width={200}
        shadow="md"
        transitionProps={{ duration: 80 }}
        withinPortal={false}
        withInitialFocusPlaceholder={false}
      >
        <Menu.Target>
          <Button variant="default" px={10} aria-label="More actions">
            <Icon name="more" />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item h={40} onClick={() => setOpen('edit')}>
            Edit
          </Menu.Item>
          <Menu.Item h={40} c="var(--danger)" onClick={() => setOpen('delete')}>
            Delete customer
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Button variant="default" onClick={() => setOpen('portal')}>
        Billing portal
      </Button>
      {!isStore && <Button onClick={() => setOpen('plan')}>Change plan</Button>}
      <Dialog title={`Change the plan of ${name}`} opened={open === 'plan'} onClose={close}>
        <ChangePlan customer={customer} onDone={close} />
      </Dialog>
      <Portal customer={customer} opened={open === 'portal'} onClose={close} />
      <Dialog title={`Edit ${name}`} opened={open === 'edit'} onClose={close}>
        <EditCustomer customer={customer} onDone={close} />
      </Dialog>
      <Delete customer={customer} opened={open === 'delete'} onClose={close} />
    </>
  );
}

interface ActProps {
  customer: Customer;
  opened: boolean;
  onClose: () => void;
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
