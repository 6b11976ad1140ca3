import { Anchor, Text } from '@mantine/core';

import type { Mailed } from '../auth';
import { usePageContext } from '../parts/page-context';
import { Form } from './Form';
import { CodeField, checkCode, digitsOf } from './fields';
import { Resend } from './Resend';
import { useForm } from './useForm';

interface CodeFormProps {
  email: string;
  mailed: Mailed;
  action: string;
  onResent: (mailed: Mailed) => void;
  /** Uses the code; a `Problem` it throws is shown. */
  onCode: (code: string) => Promise<void>;
  /** Goes back to the address. */
  onOther: () => void;
}

/** The six digits that were mailed, with a way to get new ones and to correct the address. */
export function CodeForm({ email, mailed, action, onResent, onCode, onOther }: CodeFormProps) {
  const form = useForm({
    check: checkCode,
    run: ({ code = '' }) => onCode(digitsOf(code)),
    fieldOf: { invalid_code: 'code' },
  });
  return (
    <Form
      form={form}
      action={action}
      below={
        <>
          <Resend mailed={mailed} onResent={onResent} />
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
      <CodeField errors={form.errors} label="Six-digit code" autoFocus />
    </Form>
  );
}

/** Where the code is to be found while nothing is really mailed. */
export function CodeHint({ email }: { email: string }) {
  const { testCodes, environment } = usePageContext();
  if (testCodes && /\+clerk_test@/i.test(email)) {
    return (
      <Text size="sm" c="dimmed">
        This is a test address: no mail is sent, and its code is <code>424242</code>.
      </Text>
    );
  }
  if (environment !== 'development') return null;
  return (
    <Text size="sm" c="dimmed">
      In development mails are kept on this machine:{' '}
      <Anchor inherit href="/_dev/mail" target="_blank" rel="noreferrer">
        open the mail box
      </Anchor>
    </Text>
  );
}
