import { useState } from 'react';

import { Choice } from '../../dashboard/parts/Choice';
import { Confirm } from '../../dashboard/parts/Dialog';
import { useProject } from '../../dashboard/projects';
import { useAct } from '../../dashboard/queries';
import { count } from '../../money';
import { type Customer, customersOf } from './calls';
import { type MeterUse, resetUsage } from './usage-calls';

interface ResetProps {
  customer: Customer;
  meters: MeterUse[];
  opened: boolean;
  onClose: () => void;
}

/** Takes the count of the running period back to 0. */
export function ResetUsage({ customer, meters, opened, onClose }: ResetProps) {
  const { pk } = useProject();
  const [meter, setMeter] = useState('');
  const act = useAct({
    run: (wish: { meter?: string }, repeatKey) => resetUsage(pk, customer.id, wish, repeatKey),
    changes: [customersOf(pk)],
    said: meter ? `The count of ${meter} is 0.` : 'The count is 0.',
    after: onClose,
  });
  const affected = meters.filter((use) => meter === '' || use.meter === meter);
  return (
    <Confirm
      title={`Reset the usage of ${customer.email ?? 'this customer'}`}
      opened={opened}
      onClose={onClose}
      action="Reset usage"
      running={act.isPending}
      problem={act.error}
      onConfirm={() => act.mutate(meter ? { meter } : {})}
    >
      {meters.length > 1 && (
        <Choice
          label="What to reset"
          value={meter}
          of={[{ value: '', name: 'All meters' }, ...meters.map((use) => ({ value: use.meter, name: use.meter }))]}
          onChange={setMeter}
        />
      )}
      <ul>
        {affected.map((use) => (
          <li key={use.meter}>
            {use.meter}: {outcome(use)}
          </li>
        ))}
      </ul>
      <p>
        It counts from the next call on. The period and its end stay, and so does what was used by day in your reports.
        It cannot be taken back.
      </p>
    </Confirm>
  );
}

/** What will be the case: "12 of 500 used become 0 of 500". */
function outcome({ count: used, limit }: MeterUse): string {
  if (typeof limit !== 'number') return `${count(used)} used become 0, of unlimited.`;
  return used === 0
    ? `nothing changes, 0 of ${count(limit)} are used.`
    : `${count(used)} of ${count(limit)} used become 0 of ${count(limit)}.`;
}
