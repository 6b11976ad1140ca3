import { Anchor } from '@mantine/core';

import { linkTo, wayBack } from '../../address';
import { type Mailed, signIn } from '../../auth';
import { Form } from '../../forms/Form';
import { checkEmail, checkPassword, EmailField, PasswordField } from '../../forms/fields';
import { useForm } from '../../forms/useForm';
import { usePageContext } from '../../parts/page-context';
import styles from './SignInForm.module.css';

interface SignInFormProps {
  /** What was typed before, when the person comes back from the code. */
  email?: string;
  onComplete: () => void;
  /** The password is right, but the address was never confirmed. */
  onMailed: (email: string, mailed: Mailed) => void;
}

/** E-mail address and password. */
export function SignInForm({ email, onComplete, onMailed }: SignInFormProps) {
  const context = usePageContext();
  const form = useForm({
    check: (values) => ({ ...checkEmail(values), ...checkPassword(values) }),
    run: async ({ email = '', password = '' }) => {
      const typed = email.trim();
      const answer = await signIn(context, { email: typed, password }, wayBack(window.location.search));
      if (answer.status === 'verify') onMailed(typed, answer);
      else onComplete();
    },
    fieldOf: { invalid_credentials: 'password' },
  });
  return (
    <Form form={form} action="Sign in">
      <EmailField errors={form.errors} autoFocus {...(email ? { defaultValue: email } : {})} />
      <div className={styles.password}>
        <PasswordField errors={form.errors} kind="current" />
        <Anchor className={styles.forgot ?? ''} href={linkTo('reset', window.location.search)} size="sm">
          Forgot your password?
        </Anchor>
      </div>
    </Form>
  );
}
