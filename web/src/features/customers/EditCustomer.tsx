import { Textarea, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';

import { useSay } from '../../dashboard/parts/Said';
import { useProject } from '../../dashboard/projects';
import { Form } from '../../forms/Form';
import { type Errors, useForm } from '../../forms/useForm';
import { type Customer, changeCustomer, customersOf } from './calls';

/** Changes the name, the own id and the metadata of a customer. */
export function EditCustomer({ customer, onDone }: { customer: Customer; onDone: () => void }) {
  const { pk } = useProject();
  const queries = useQueryClient();
  const say = useSay();
  const form = useForm({
    check: ({ metadata = '' }): Errors =>
      parse(metadata) ? {} : { metadata: 'Write a JSON object, such as {"team": "blue"}.' },
    run: async ({ firstName, lastName, externalId, metadata = '' }) => {
      await changeCustomer(pk, customer.id, {
        firstName: firstName || null,
        lastName: lastName || null,
        externalId: externalId || null,
        metadata: parse(metadata) ?? {},
      });
      await queries.invalidateQueries({ queryKey: customersOf(pk) });
      say('Saved.');
      onDone();
    },
    fieldOf: { external_id_taken: 'externalId' },
  });
  return (
    <Form form={form} action="Save">
      <TextInput
        name="firstName"
        label="First name"
        defaultValue={customer.firstName ?? ''}
        error={form.errors['firstName']}
      />
      <TextInput
        name="lastName"
        label="Last name"
        defaultValue={customer.lastName ?? ''}
        error={form.errors['lastName']}
      />
      <TextInput
        name="externalId"
        label="Your own id"
        defaultValue={customer.externalId ?? ''}
        error={form.errors['externalId']}
        autoComplete="off"
      />
      <Textarea
        name="metadata"
        label="Metadata"
        description="A JSON object of your own; only your server reads it."
        defaultValue={JSON.stringify(customer.metadata ?? {}, null, 2)}
        error={form.errors['metadata']}
        rows={5}
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }}
      />
    </Form>
  );
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text.trim() || '{}');
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
