import { Anchor, Text } from '@mantine/core';

import { reset } from '../../auth';
import { CodeHint } from '../../forms/CodeForm';
import { Form } from '../../forms/Form';
import { CodeField, checkCode, checkNewPassword, digitsOf, HiddenUsername, PasswordField } from '../../forms/fields';
import { Resend } from '../../forms/Resend';
import { useForm } from '../../forms/useForm';
import { Frame } from '../../parts/Frame';
import { MailedTo } from '../../parts/MailedTo';
import { usePageContext } from '../../parts/page-context';
import type { Asked } from './asked';

interface ByCodeProps {
  asked: Asked;
  onAsked: (asked: Asked) => void;
  onComplete: () => void;
  onOther: () => void;
}

/** The code of the mail and the new password, together. */
export function ByCode({ asked, onAsked, onComplete, onOther }: ByCodeProps) {
  const context = usePageContext();
  const { email, mailed } = asked;
  const form = useForm({
    check: (values) => ({ ...checkCode(values), ...checkNewPassword(values) }),
    run: async ({ code = '', password = '' }) => {
      await reset(context, { flow: mailed.flow, code: digitsOf(code) }, password);
      onComplete();
    },
    fieldOf: { invalid_code: 'code' },
  });
  return (
    <Frame title="Check your mail" about={<MailedTo email={email} />}>
      <Form
        form={form}
        action="Set password and sign in"
        below={
          <>
            <Resend mailed={mailed} onResent={(mailed) => onAsked({ email, mailed })} />
            <Text>
              Wrong address?{' '}
              <Anchor component="button" type="button" onClick={onOther}>
                Use another address
              </Anchor>
            </Text>
          </>
        }
      >
        <CodeHint email={email} />
        <HiddenUsername email={email} />
        <CodeField errors={form.errors} label="Six-digit code" autoFocus />
        <PasswordField errors={form.errors} kind="new" label="New password" />
      </Form>
    </Frame>
  );
}
