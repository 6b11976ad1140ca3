import { TextInput } from '@mantine/core';

import { Form } from '../../forms/Form';
import type { Form as State } from '../../forms/useForm';
import { LeaveRunning, NOT_CONNECTED } from '../projects/LeaveRunning';

interface ConfirmProps {
  form: State;
  /** What has to be typed. */
  name: string;
  /** The verb on the button. */
  action: string;
}

/** Does something that cannot be taken back, after the name of the project was typed. */
export function ConfirmByName({ form, name, action }: ConfirmProps) {
  return (
    <Form form={form} action={action} color="danger" compact passing>
      <TextInput
        name="confirm"
        label="Name of the project"
        description={wish(name)}
        error={form.errors['confirm']}
        autoComplete="off"
        spellCheck={false}
        size="md"
        maw={400}
      />
      {form.errors['leaveSubscriptions'] && <LeaveRunning />}
    </Form>
  );
}

/** What is wrong with what was typed in the place of the name. */
export function checkName({ confirm = '' }: Record<string, string>, name: string): Record<string, string> {
  return confirm.trim() === name ? {} : { confirm: wish(name) };
}

/** The fields that answers of the server are about. */
export const CONFIRM_FIELDS = { confirmation_required: 'confirm', [NOT_CONNECTED]: 'leaveSubscriptions' };

function wish(name: string): string {
  return `Type ${name} to confirm.`;
}
