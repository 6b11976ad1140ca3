import { Problem } from '../../api';
import { reset } from '../../auth';
import { Form } from '../../forms/Form';
import { checkNewPassword, PasswordField } from '../../forms/fields';
import { useForm } from '../../forms/useForm';
import { Frame } from '../../parts/Frame';
import { usePageContext } from '../../parts/page-context';

interface ByLinkProps {
  token: string;
  onComplete: () => void;
  onDead: () => void;
}

/** The person came by the link of the mail: only the new password is missing. */
export function ByLink({ token, onComplete, onDead }: ByLinkProps) {
  const context = usePageContext();
  const form = useForm({
    check: checkNewPassword,
    run: async ({ password = '' }) => {
      try {
        await reset(context, { token }, password);
        onComplete();
      } catch (thrown) {
        if (!(thrown instanceof Problem && thrown.code === 'invalid_code')) throw thrown;
        onDead();
      }
    },
  });
  return (
    <Frame
      title="Choose a new password"
      about={`For your account at ${context.project.name}. You are signed out everywhere else.`}
    >
      <Form form={form} action="Set password and sign in">
        <PasswordField errors={form.errors} kind="new" label="New password" autoFocus />
      </Form>
    </Frame>
  );
}
