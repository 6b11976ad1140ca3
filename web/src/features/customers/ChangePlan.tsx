import { NativeSelect, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';

import { useSay } from '../../dashboard/parts/Said';
import { useProject } from '../../dashboard/projects';
import { useLive } from '../../dashboard/queries';
import { Form } from '../../forms/Form';
import { useForm } from '../../forms/useForm';
import { priceWords } from '../../prices';
import { readTiers, tiersOf } from '../plans/calls';
import { type Customer, changeCustomer, customersOf } from './calls';

/** Gives a customer a plan, whatever was paid. */
export function ChangePlan({ customer, onDone }: { customer: Customer; onDone: () => void }) {
  const { pk } = useProject();
  const queries = useQueryClient();
  const say = useSay();
  const tiers = useLive(tiersOf(pk), () => readTiers(pk));
  const form = useForm({
    run: async ({ plan = '' }) => {
      await changeCustomer(pk, customer.id, { plan });
      await queries.invalidateQueries({ queryKey: customersOf(pk) });
      say(`The plan is now ${plan}.`);
      onDone();
    },
    fieldOf: { subscribed: 'plan' },
  });
  const offered = (tiers.data ?? []).filter(({ active, billingMode }) => active && billingMode === 'subscription');
  return (
    <Form form={form} action="Change plan">
      <Text>
        The plan counts from the next call on, without payment, until you change it again. A paid subscription stays and
        wins where it is the higher one.
      </Text>
      <NativeSelect
        name="plan"
        label="Plan"
        size="md"
        key={offered.length}
        defaultValue={customer.plan}
        error={form.errors['plan']}
      >
        {offered.map((tier) => (
          <option key={tier.name} value={tier.name}>
            {tier.displayName}, {priceWords(tier)}
          </option>
        ))}
      </NativeSelect>
    </Form>
  );
}
