import { Button, Stack } from '@mantine/core';
import type { ReactNode } from 'react';

import { Notice } from '../parts/Notice';
import { useLoss, useTyped } from './unsaved';
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
  /** What is typed is worth nothing once the page is left: nobody is asked about it. */
  passing?: boolean;
  children?: ReactNode;
  /** Under the button. */
  below?: ReactNode;
}

/** A form with its fields, what went wrong, and its one button. */
export function Form({
  form,
  action,
  color,
  compact = false,
  quiet = false,
  passing = false,
  children,
  below,
}: FormProps) {
  const { isUnsaved, onFocus, onInput } = useTyped(form.ref, form.done, form.running);
  useLoss(isUnsaved && !passing ? 'typed' : null);
  return (
    <form
      ref={form.ref}
      onSubmit={form.onSubmit}
      onFocus={onFocus}
      onInput={onInput}
      noValidate
      aria-busy={form.running}
    >
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
