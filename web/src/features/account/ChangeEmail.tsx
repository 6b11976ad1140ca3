import { Button } from '@mantine/core';

import type { Mailed } from '../../auth';
import { Form } from '../../forms/Form';
import { checkEmail, checkPassword, EmailField, PasswordField } from '../../forms/fields';
import { useForm } from '../../forms/useForm';
import { usePageContext } from '../../parts/page-context';
import { changeEmail } from './calls';
import { SignInAgain } from './SignInAgain';

interface ChangeEmailProps {
  email: string;
  hasPassword: boolean;
  onSignIn: () => void;
  onCancel: () => void;
  onMailed: (email: string, mailed: Mailed) => void;
}

/** Asks for the new address; a code goes there. */
export function ChangeEmail({ email, hasPassword, onSignIn, onCancel, onMailed }: ChangeEmailProps) {
  const context = usePageContext();
  const form = useForm({
    check: (values) => ({ ...checkEmail(values), ...(hasPassword ? checkPassword(values) : {}) }),
    run: async ({ email = '', password }) => {
      const typed = email.trim();
      onMailed(typed, await changeEmail(context, typed, password));
    },
    fieldOf: { invalid_credentials: 'password', email_taken: 'email' },
  });
  return (
    <Form
      form={form}
      action="Send code"
      compact
      below={
        <Button variant="default" h={40} style={{ alignSelf: 'start' }} onClick={onCancel}>
          Keep the old address
        </Button>
      }
    >
      <SignInAgain problem={form.problem} onSignIn={onSignIn} />
      <EmailField errors={form.errors} kind="email" label="New e-mail address" defaultValue={email} autoFocus />
      {hasPassword && <PasswordField errors={form.errors} kind="current" label="Your password" />}
    </Form>
  );
}
