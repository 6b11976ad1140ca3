import { Stack } from '@mantine/core';

import { wayBack } from '../../address';
import { forgot } from '../../auth';
import { Form } from '../../forms/Form';
import { checkEmail, EmailField } from '../../forms/fields';
import { useForm } from '../../forms/useForm';
import { Frame } from '../../parts/Frame';
import { Notice } from '../../parts/Notice';
import { PageLink } from '../../parts/PageLink';
import { usePageContext } from '../../parts/page-context';
import type { Asked } from './asked';

interface AskForMailProps {
  email: string;
  /** The person comes from a link that no longer works. */
  afterDeadLink: boolean;
  onMailed: (asked: Asked) => void;
}

/** Asks for the mail that allows a new password. */
export function AskForMail({ email, afterDeadLink, onMailed }: AskForMailProps) {
  const context = usePageContext();
  const form = useForm({
    check: checkEmail,
    run: async ({ email = '' }) => {
      const typed = email.trim();
      onMailed({ email: typed, mailed: await forgot(context, typed, wayBack(window.location.search)) });
    },
  });
  return (
    <Frame
      title="Reset your password"
      about={`Enter the address of your account at ${context.project.name}. A code comes by mail.`}
      aside={<PageLink before="Remember it?" page="signin" text="Sign in" />}
    >
      <Stack gap="lg">
        {afterDeadLink && (
          <Notice kind="warning" text="The link no longer works: it was used, or is too old. Ask for a new mail." />
        )}
        <Form form={form} action="Send code">
          <EmailField errors={form.errors} autoFocus {...(email ? { defaultValue: email } : {})} />
        </Form>
      </Stack>
    </Frame>
  );
}
