import { wayBack } from '../../address';
import { type Mailed, signUp } from '../../auth';
import { Form } from '../../forms/Form';
import { checkEmail, checkNewPassword, EmailField, PasswordField } from '../../forms/fields';
import { useForm } from '../../forms/useForm';
import { usePageContext } from '../../parts/page-context';

interface SignUpFormProps {
  /** What was typed before, when the person comes back from the code. */
  email?: string;
  onComplete: () => void;
  onMailed: (email: string, mailed: Mailed) => void;
}

/** E-mail address and a new password; a name can be added in the account. */
export function SignUpForm({ email, onComplete, onMailed }: SignUpFormProps) {
  const context = usePageContext();
  const form = useForm({
    check: (values) => ({ ...checkEmail(values), ...checkNewPassword(values) }),
    run: async ({ email = '', password = '' }) => {
      const typed = email.trim();
      const answer = await signUp(context, { email: typed, password }, wayBack(window.location.search));
      if (answer.status === 'verify') onMailed(typed, answer);
      else onComplete();
    },
  });
  return (
    <Form form={form} action="Sign up">
      <EmailField errors={form.errors} autoFocus {...(email ? { defaultValue: email } : {})} />
      <PasswordField errors={form.errors} kind="new" />
    </Form>
  );
}
