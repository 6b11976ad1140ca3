import { useState } from 'react';
import { Form } from '../../forms/Form';
import { checkNewPassword, checkPassword, HiddenUsername, PasswordField } from '../../forms/fields';
import { useForm } from '../../forms/useForm';
import { Notice } from '../../parts/Notice';
import { usePageContext } from '../../parts/page-context';
import { changePassword } from './calls';
import { Section, type SectionProps } from './Section';
import { SignInAgain } from './SignInAgain';

/** A new password; whoever else is signed in has to sign in again. */
export function PasswordSection({ account, load, onSignIn }: SectionProps) {
  const context = usePageContext();
  const { hasPassword, user } = account;
  // A key of its own empties the fields after a change.
  const [changes, setChanges] = useState(0);
  const form = useForm({
    check: (values) => ({
      ...(hasPassword ? checkPassword(values, 'currentPassword') : {}),
      ...checkNewPassword(values, 'newPassword'),
    }),
    run: async ({ currentPassword, newPassword = '' }) => {
      await changePassword(context, newPassword, currentPassword);
      setChanges((before) => before + 1);
      await load();
    },
    fieldOf: { invalid_credentials: 'currentPassword' },
  });
  return (
    <Section
      id="password"
      title="Password"
      about={
        hasPassword
          ? 'After a change you stay signed in here and are signed out on every other device.'
          : 'You sign in with another account so far. With a password you can sign in here directly, too.'
      }
    >
      <Form
        form={form}
        action={hasPassword ? 'Change password' : 'Set password'}
        compact
        quiet
        below={changes > 0 && <Notice kind="success" text="Your password is changed. Other devices are signed out." />}
      >
        <SignInAgain problem={form.problem} onSignIn={onSignIn} />
        <HiddenUsername email={user.email} />
        {hasPassword && (
          <PasswordField
            key={`current-${changes}`}
            errors={form.errors}
            name="currentPassword"
            kind="current"
            label="Current password"
          />
        )}
        <PasswordField key={`new-${changes}`} errors={form.errors} name="newPassword" kind="new" label="New password" />
      </Form>
    </Section>
  );
}
