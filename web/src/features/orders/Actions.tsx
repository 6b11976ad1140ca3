import { Button, Checkbox, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { isWebAddress } from '../../address';

import { Dialog } from '../../dashboard/parts/Dialog';
import { useSay } from '../../dashboard/parts/Said';
import { useProject } from '../../dashboard/projects';
import { useRepeatKey } from '../../dashboard/useRepeatKey';
import { Form } from '../../forms/Form';
import { type Errors, useForm } from '../../forms/useForm';
import { money, parseMoney, typedMoney } from '../../money';
import { fulfilOrder, type Order, ordersOf, refundOrder } from './calls';

/** Marks an order as sent, with its tracking if there is one. */
export function Fulfil({ order }: { order: Order }) {
  const { pk } = useProject();
  const [isOpen, setOpen] = useState(false);
  const done = useDone(() => setOpen(false));
  const once = useRepeatKey();
  const form = useForm({
    check: ({ trackingUrl = '' }): Errors =>
      trackingUrl.trim() === '' || isWebAddress(trackingUrl.trim())
        ? {}
        : { trackingUrl: 'Write the whole address, such as https://post.example/1843.' },
    run: async ({ trackingUrl = '', note = '' }) => {
      const told = {
        ...(trackingUrl.trim() ? { trackingUrl: trackingUrl.trim() } : {}),
        ...(note.trim() ? { note: note.trim() } : {}),
      };
      await once(told, (repeatKey) => fulfilOrder(pk, order.id, told, repeatKey));
      await done('Marked as fulfilled.');
    },
  });
  if (order.fulfilledAt || !['paid', 'partially_refunded'].includes(order.status)) return null;
  return (
    <>
      <Button onClick={() => setOpen(true)}>Mark as fulfilled</Button>
      <Dialog title="Mark as fulfilled" opened={isOpen} onClose={() => setOpen(false)}>
        <Form form={form} action="Mark as fulfilled">
          <p style={{ margin: 0 }}>The customer gets a mail, and sees the same on the receipt.</p>
          <TextInput
            name="trackingUrl"
            label="Tracking link (optional)"
            placeholder="https://"
            error={form.errors['trackingUrl']}
            autoComplete="off"
          />
          <TextInput name="note" label="Note (optional)" error={form.errors['note']} autoComplete="off" />
        </Form>
      </Dialog>
    </>
  );
}

/** Gives money back, all or a part. */
export function Refund({ order }: { order: Order }) {
  const [isOpen, setOpen] = useState(false);
  const left = order.amountTotal - order.amountRefunded;
  if (left <= 0 || !['paid', 'fulfilled', 'partially_refunded'].includes(order.status)) return null;
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        Refund
      </Button>
      <Dialog title="Refund" opened={isOpen} onClose={() => setOpen(false)}>
        <RefundForm order={order} left={left} onDone={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

/** Why the items of a part stay out. */
const PART = 'Only with everything that is left: a part of the money does not say which items come back.';

function RefundForm({ order, left, onDone }: { order: Order; left: number; onDone: () => void }) {
  const { pk } = useProject();
  const { currency } = order;
  const done = useDone(onDone);
  const once = useRepeatKey();
  const [typed, setTyped] = useState(typedMoney(left, currency));
  const [isBack, setBack] = useState(false);
  const isAll = parseMoney(typed, currency) === left;
  const form = useForm({
    check: ({ amount = '' }): Errors => {
      const wished = parseMoney(amount, currency);
      const isFine = wished !== null && wished > 0 && wished <= left;
      return isFine ? {} : { amount: `Write an amount up to ${typedMoney(left, currency)}.` };
    },
    run: async ({ amount = '', restock }) => {
      const wish = { amount: parseMoney(amount, currency) ?? left, restock: restock === 'on' };
      await once(wish, (repeatKey) => refundOrder(pk, order.id, wish, repeatKey));
      await done(`Gave back ${money(wish.amount, currency)}.`);
    },
  });
  return (
    <Form form={form} action="Refund" color="danger">
      <p style={{ margin: 0 }}>
        The money goes back to the card it came from, which takes some days. It cannot be taken back. Of{' '}
        {money(order.amountTotal, currency)}, {money(left, currency)} can still be refunded.
      </p>
      <TextInput
        name="amount"
        label={`Amount in ${currency.toUpperCase()}`}
        inputMode="decimal"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        error={form.errors['amount']}
        autoComplete="off"
      />
      <Checkbox
        name="restock"
        value="on"
        label="Put the items back into stock"
        description={isAll ? undefined : PART}
        disabled={!isAll}
        checked={isAll && isBack}
        onChange={(event) => setBack(event.currentTarget.checked)}
        error={form.errors['restock']}
        aria-invalid={'restock' in form.errors}
      />
    </Form>
  );
}

function useDone(close: () => void) {
  const { pk } = useProject();
  const queries = useQueryClient();
  const say = useSay();
  return async (text: string) => {
    await queries.invalidateQueries({ queryKey: ordersOf(pk) });
    say(text);
    close();
  };
}
