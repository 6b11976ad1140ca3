import { Checkbox } from '@mantine/core';

import { Notice } from '../../parts/Notice';

/** The answer of the server when subscriptions run at an account that is connected no more. */
export const NOT_CONNECTED = 'stripe_not_connected';

interface LeaveRunningProps {
  checked?: boolean;
  onChange?: (checked: boolean) => void;
}

/** Subscriptions that cannot be cancelled from here: whether to go on all the same. Its field is `leaveSubscriptions`. */
export function LeaveRunning({ checked, onChange }: LeaveRunningProps) {
  return (
    <Notice
      kind="warning"
      text="Nothing was deleted: subscriptions run at a payment account that is not connected, so they cannot be cancelled from here. Connect it again, or leave them."
    >
      <Checkbox
        name="leaveSubscriptions"
        value="on"
        mt="sm"
        label="Leave them running"
        description="Whoever pays for them goes on paying until you cancel them at Stripe."
        {...(checked === undefined ? {} : { checked })}
        onChange={({ currentTarget }) => onChange?.(currentTarget.checked)}
      />
    </Notice>
  );
}
