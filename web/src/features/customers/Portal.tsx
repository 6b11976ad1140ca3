import { Button, NativeSelect } from '@mantine/core';
import { useState } from 'react';

import { isWebAddress } from '../../address';
import { CopyText } from '../../dashboard/parts/CopyText';
import { Dialog } from '../../dashboard/parts/Dialog';
import { Icon } from '../../dashboard/parts/Icon';
import { useProject } from '../../dashboard/projects';
import { Form } from '../../forms/Form';
import { useForm } from '../../forms/useForm';
import { CopyButton } from '../../parts/CopyButton';
import { Notice } from '../../parts/Notice';
import { type Customer, openPortal, type PortalFlow } from './calls';
import styles from './Portal.module.css';

const FLOWS: { value: '' | PortalFlow; name: string }[] = [
  { value: '', name: 'Everything' },
  { value: 'payment_method', name: 'Change the card' },
  { value: 'update', name: 'Change the plan' },
  { value: 'cancel', name: 'Cancel the subscription' },
];

/** Makes a link to the billing portal of a customer, to copy or to open. */
export function Portal({ customer, opened, onClose }: { customer: Customer; opened: boolean; onClose: () => void }) {
  return (
    <Dialog title={`Billing portal of ${customer.email ?? 'this customer'}`} opened={opened} onClose={onClose}>
      <PortalForm id={customer.id} />
    </Dialog>
  );
}

function PortalForm({ id }: { id: string }) {
  const { pk } = useProject();
  const [url, setUrl] = useState<string | null>(null);
  const form = useForm({
    run: async ({ flow }) => {
      const chosen = FLOWS.find(({ value }) => value !== '' && value === flow)?.value;
      setUrl(await openPortal(pk, id, chosen || undefined));
    },
  });
  if (url) return <Link url={url} />;
  return (
    <Form form={form} action="Make link" passing>
      <p style={{ margin: 0 }}>
        The link opens the page where this customer changes the card and the plan, cancels, and finds invoices. Whoever
        has the link can do all of that, so send it to the customer only.
      </p>
      <NativeSelect
        name="flow"
        label="What it opens with"
        size="md"
        error={form.errors['flow']}
        data={FLOWS.map(({ value, name }) => ({ value, label: name }))}
      />
    </Form>
  );
}

function Link({ url }: { url: string }) {
  return (
    <div className={styles.link}>
      <Notice kind="success" text="The link is ready. It works for a short time only: use it now, or make another." />
      <div className={styles.url}>
        <CopyText text={url} label="link to the billing portal" />
      </div>
      <div className={styles.buttons}>
        <CopyButton text={url} label="Copy the link" />
        {isWebAddress(url) && (
          <Button
            component="a"
            href={url}
            target="_blank"
            rel="noreferrer"
            h={36}
            rightSection={<Icon name="outside" size={16} />}
          >
            Open the portal
          </Button>
        )}
      </div>
    </div>
  );
}
