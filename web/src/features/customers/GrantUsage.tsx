import { NativeSelect, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { Dialog } from '../../dashboard/parts/Dialog';
import { useSay } from '../../dashboard/parts/Said';
import { useProject } from '../../dashboard/projects';
import { useRepeatKey } from '../../dashboard/useRepeatKey';
import { Form } from '../../forms/Form';
import { type Errors, useForm } from '../../forms/useForm';
import { count } from '../../money';
import { momentWords } from '../../times';
import { type Customer, customersOf } from './calls';
import { GRANT_MAX, grantUsage, type MeterUse, REASON_MAX } from './usage-calls';

interface UsageActProps {
  customer: Customer;
  meters: MeterUse[];
  opened: boolean;
  onClose: () => void;
}

/** Lets a customer use more than the plan gives, once. */
export function GrantUsage({ opened, onClose, customer, meters }: UsageActProps) {
  return (
    <Dialog title={`Grant ${customer.email ?? 'this customer'} extra usage`} opened={opened} onClose={onClose}>
      <GrantForm customer={customer} meters={meters} onDone={onClose} />
    </Dialog>
  );
}

function GrantForm({ customer, meters, onDone }: { customer: Customer; meters: MeterUse[]; onDone: () => void }) {
  const { pk } = useProject();
  const queries = useQueryClient();
  const say = useSay();
  const once = useRepeatKey();
  const limited = meters.filter(({ limit }) => limit !== 'unlimited');
  const [chosen, setChosen] = useState(limited[0]?.meter ?? 'requests');
  const [typed, setTyped] = useState('');
  const use = limited.find(({ meter }) => meter === chosen);
  const form = useForm({
    check: ({ amount = '' }): Errors =>
      parseAmount(amount) ? {} : { amount: `Write a whole number from 1 to ${count(GRANT_MAX)}.` },
    run: async ({ amount = '', reason = '' }) => {
      const told = { amount: parseAmount(amount) ?? 0, meter: chosen };
      const wish = reason.trim() ? { ...told, reason: reason.trim() } : told;
      await once(wish, (repeatKey) => grantUsage(pk, customer.id, wish, repeatKey));
      await queries.invalidateQueries({ queryKey: customersOf(pk) });
      say(`Granted ${count(wish.amount)} extra ${chosen}.`);
      onDone();
    },
  });
  return (
    <Form form={form} action="Grant extra usage">
      <p style={{ margin: 0 }}>{use && <Outcome use={use} amount={parseAmount(typed)} />}</p>
      {limited.length > 1 && (
        <NativeSelect
          name="meter"
          label="Meter"
          size="md"
          value={chosen}
          onChange={({ currentTarget }) => setChosen(currentTarget.value)}
          error={form.errors['meter']}
          data={limited.map(({ meter }) => meter)}
        />
      )}
      <TextInput
        name="amount"
        label={`Extra ${chosen}`}
        inputMode="numeric"
        size="md"
        value={typed}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        error={form.errors['amount']}
        autoComplete="off"
        data-autofocus
      />
      <TextInput
        name="reason"
        label="Reason (optional)"
        description="Kept in your audit log; the customer does not see it."
        size="md"
        error={form.errors['reason']}
        maxLength={REASON_MAX}
        autoComplete="off"
      />
    </Form>
  );
}

/** What will be the case: "12 of 500 used become 12 of 1,000". */
function Outcome({ use, amount }: { use: MeterUse; amount: number | null }) {
  const limit = Number(use.limit);
  const plain = limit - (use.extra ?? 0);
  const change = amount
    ? `${count(use.count)} of ${count(limit)} used become ${count(use.count)} of ${count(limit + amount)}`
    : `${count(use.count)} of ${count(limit)} are used. What you grant is added to the limit`;
  return use.resetsAt ? (
    <>
      {change}, from the next call until {momentWords(Date.parse(use.resetsAt))}. The period after that begins with the{' '}
      {count(plain)} of the plan again. Nothing is charged.
    </>
  ) : (
    <>{change}, from the next call on and for good. Nothing is charged.</>
  );
}

/** A whole number as it was typed, with or without separators; null where it is none that can be granted. */
function parseAmount(typed: string): number | null {
  const text = typed.trim().replace(/[,\s]/g, '');
  const amount = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  return amount >= 1 && amount <= GRANT_MAX ? amount : null;
}
