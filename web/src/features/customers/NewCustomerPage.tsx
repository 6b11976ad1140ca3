import { NativeSelect, Stack, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';

import { Page } from '../../dashboard/parts/Page';
import { Panel } from '../../dashboard/parts/Panel';
import { useSay } from '../../dashboard/parts/Said';
import { useProject } from '../../dashboard/projects';
import { useLive } from '../../dashboard/queries';
import { useRepeatKey } from '../../dashboard/useRepeatKey';
import { Form } from '../../forms/Form';
import { checkEmail } from '../../forms/fields';
import { useForm } from '../../forms/useForm';
import { readTiers, tiersOf } from '../plans/calls';
import { createCustomer, customersOf } from './calls';

/** Makes a customer by hand. */
export function NewCustomerPage() {
  const { pk, base } = useProject();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const say = useSay();
  const once = useRepeatKey();
  const tiers = useLive(tiersOf(pk), () => readTiers(pk), { once: true });
  const form = useForm({
    check: checkEmail,
    run: async ({ email = '', firstName, lastName, externalId, plan }) => {
      const told = { email: email.trim(), firstName, lastName, externalId, plan };
      const set = Object.entries(told).filter(([, value]) => value);
      const wish = Object.fromEntries(set);
      const customer = await once(wish, (repeatKey) => createCustomer(pk, wish, repeatKey));
      await queries.invalidateQueries({ queryKey: customersOf(pk) });
      say(`Created ${customer.email ?? customer.id}.`);
      await navigate({ to: `${base}/customers/${encodeURIComponent(customer.id)}` });
    },
    fieldOf: { email_taken: 'email' },
  });
  return (
    <Page
      title="Create customer"
      about="People can also sign up by themselves on your sign-in pages."
      above={{ name: 'Customers', to: `${base}/customers` }}
      narrow
    >
      <Panel>
        <Form form={form} action="Create customer" compact>
          <Stack gap="lg" maw={440}>
            <TextInput
              name="email"
              type="email"
              label="E-mail address"
              error={form.errors['email']}
              autoComplete="off"
              size="md"
            />
            <TextInput name="firstName" label="First name (optional)" error={form.errors['firstName']} size="md" />
            <TextInput name="lastName" label="Last name (optional)" error={form.errors['lastName']} size="md" />
            <TextInput
              name="externalId"
              label="Your own id (optional)"
              description="The id that your app knows this person by. Calls may use it instead of ours."
              error={form.errors['externalId']}
              autoComplete="off"
              size="md"
            />
            <NativeSelect name="plan" label="Plan" size="md" error={form.errors['plan']}>
              <option value="">The default plan</option>
              {(tiers.data ?? [])
                .filter(({ active, billingMode }) => active && billingMode === 'subscription')
                .map(({ name, displayName }) => (
                  <option key={name} value={name}>
                    {displayName}
                  </option>
                ))}
            </NativeSelect>
          </Stack>
        </Form>
      </Panel>
    </Page>
  );
}
