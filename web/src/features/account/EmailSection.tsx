import { Button, Stack, Text } from '@mantine/core';
import { useState } from 'react';

import { type Mailed, verify } from '../../auth';
import { CodeForm } from '../../forms/CodeForm';
import { Form } from '../../forms/Form';
import { checkEmail, checkPassword, EmailField, PasswordField } from '../../forms/fields';
import { useForm } from '../../forms/useForm';
import { MailedTo } from '../../parts/MailedTo';
import { Notice } from '../../parts/Notice';
import { usePageContext } from '../../parts/page-context';
import { changeEmail } from './calls';
import { Section, type SectionProps } from './Section';
import { SignInAgain } from './SignInAgain';

/** The address, and the way to another one: the new address has to be confirmed first. */
export function EmailSection({ account, load, onSignIn }: SectionProps) {
  const context = usePageContext();
  const [step, setStep] = useState<'show' | 'ask' | 'code' | 'changed'>('show');
  const [email, setEmail] = useState('');
  const [mailed, setMailed] = useState<Mailed | null>(null);

  async function useCode(code: string) {
    if (mailed) await verify(context, { flow: mailed.flow, code });
    setStep('changed');
    await load();
  }

  return (
    <Section
      id="email"
      title="E-mail address"
      about="You sign in with it, and get mails there when something about your account changes."
    >
      <Stack gap="lg">
        {step === 'changed' && <Notice kind="success" text="Your address is changed. The old one was told." />}
        {(step === 'show' || step === 'changed') && <Current account={account} onChange={() => setStep('ask')} />}
        {step === 'ask' && (
          <Ask
            email={email}
            hasPassword={account.hasPassword}
            onSignIn={onSignIn}
            onCancel={() => setStep('show')}
            onMailed={(typed, mailed) => {
              setEmail(typed);
              setMailed(mailed);
              setStep('code');
            }}
          />
        )}
        {step === 'code' && mailed && (
          <>
            <Text>
              <MailedTo email={email} />
            </Text>
            <CodeForm
              email={email}
              mailed={mailed}
              action="Confirm new address"
              onResent={setMailed}
              onCode={useCode}
              onOther={() => setStep('ask')}
            />
          </>
        )}
      </Stack>
    </Section>
  );
}

function Current({ account, onChange }: Pick<SectionProps, 'account'> & { onChange: () => void }) {
  const { email, emailVerified } = account.user;
  return (
    <>
      <div>
        <Text fw={500} style={{ overflowWrap: 'anywhere' }}>
          {email}
        </Text>
        <Text size="sm" c={emailVerified ? 'var(--success)' : 'var(--warning)'}>
          {emailVerified ? 'Confirmed' : 'Not confirmed yet: open the link in the mail that was sent there'}
        </Text>
      </div>
      <Button variant="default" h={40} style={{ alignSelf: 'start' }} onClick={onChange}>
        Change address
      </Button>
    </>
  );
}

interface AskProps {
  email: string;
  hasPassword: boolean;
  onSignIn: () => void;
  onCancel: () => void;
  onMailed: (email: string, mailed: Mailed) => void;
}

function Ask({ email, hasPassword, onSignIn, onCancel, onMailed }: AskProps) {
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
