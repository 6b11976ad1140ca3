import { Stack, Text } from '@mantine/core';
import { useState } from 'react';

import { type Mailed, verify } from '../../auth';
import { CodeForm } from '../../forms/CodeForm';
import { MailedTo } from '../../parts/MailedTo';
import { Notice } from '../../parts/Notice';
import { usePageContext } from '../../parts/page-context';
import { ChangeEmail } from './ChangeEmail';
import { CurrentEmail } from './CurrentEmail';
import { Section, type SectionProps } from './Section';

type Step = { is: 'show'; said?: string } | { is: 'ask' } | { is: 'code'; email: string; mailed: Mailed; done: string };

/** The address, how to confirm it, and the way to another one, which has to be confirmed first. */
export function EmailSection({ account, load, onSignIn }: SectionProps) {
  const context = usePageContext();
  const [step, setStep] = useState<Step>({ is: 'show' });
  const [typed, setTyped] = useState('');

  return (
    <Section
      id="email"
      title="E-mail address"
      about="You sign in with it, and get mails there when something about your account changes."
    >
      <Stack gap="lg">
        {step.is === 'show' && step.said && <Notice kind="success" text={step.said} />}
        {step.is === 'show' && (
          <CurrentEmail
            user={account.user}
            onChange={() => setStep({ is: 'ask' })}
            onMailed={(mailed) =>
              setStep({ is: 'code', email: account.user.email, mailed, done: 'Your address is confirmed.' })
            }
          />
        )}
        {step.is === 'ask' && (
          <ChangeEmail
            email={typed}
            hasPassword={account.hasPassword}
            onSignIn={onSignIn}
            onCancel={() => setStep({ is: 'show' })}
            onMailed={(email, mailed) => {
              setTyped(email);
              setStep({ is: 'code', email, mailed, done: 'Your address is changed. The old one was told.' });
            }}
          />
        )}
        {step.is === 'code' && (
          <>
            <Text>
              <MailedTo email={step.email} />
            </Text>
            <CodeForm
              email={step.email}
              mailed={step.mailed}
              action="Confirm address"
              onResent={(mailed) => setStep({ ...step, mailed })}
              onCode={async (code) => {
                await verify(context, { flow: step.mailed.flow, code });
                await load();
                setStep({ is: 'show', said: step.done });
              }}
              onOther={() => setStep({ is: 'ask' })}
            />
          </>
        )}
      </Stack>
    </Section>
  );
}
