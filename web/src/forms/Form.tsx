import { Button, Stack } from '@mantine/core';
import type { ReactNode } from 'react';

import { Notice } from '../parts/Notice';
import type { Form as State } from './useForm';

interface FormProps {
  form: State;
  /** The verb on the button. */
  action: string;
  color?: string;
  /** A form beside others on a page: its button is as wide as its words. */
  compact?: boolean;
  /** Not the next thing to do: the button does not ask for attention. */
  quiet?: boolean;
  children?: ReactNode;
  /** Under the button. */
  below?: ReactNode;
}

/** A form with its fields, what went wrong, and its one button. */
export function Form({ form, action, color, compact = false, quiet = false, children, below }: FormProps) {
  return (
    <form ref={form.ref} onSubmit={form.onSubmit} noValidate aria-busy={form.running}>
      <Stack gap="lg">
        {form.told && <Notice kind="danger" text={form.told.text} requestId={form.told.requestId} />}
        {children}
        <Button
          type="submit"
          h={compact ? 40 : 44}
          fullWidth={!compact}
          style={compact ? { alignSelf: 'start' } : undefined}
          loading={form.running}
          variant={quiet ? 'default' : 'filled'}
          {...(color ? { color } : {})}
        >
          {action}
        </Button>
        {below}
      </Stack>
    </form>
  );
}
