import { Stack } from '@mantine/core';
import { useState } from 'react';

import { type Mailed, verify } from '../../auth';
import { CodeForm } from '../../forms/CodeForm';
import { Frame } from '../../parts/Frame';
import { MailedTo } from '../../parts/MailedTo';
import { Notice } from '../../parts/Notice';
import { PageLink } from '../../parts/PageLink';
import { Providers } from '../../parts/Providers';
import { usePageContext } from '../../parts/page-context';
import { SignInForm } from './SignInForm';

interface SignInProps {
  title: string;
  onComplete: () => void;
}

/** Signing in: address and password, then the code if the address was never confirmed. */
export function SignIn({ title, onComplete }: SignInProps) {
  const context = usePageContext();
  const [email, setEmail] = useState('');
  const [mailed, setMailed] = useState<Mailed | null>(null);

  async function useCode(code: string) {
    if (mailed) await verify(context, { flow: mailed.flow, code });
    onComplete();
  }

  if (mailed) {
    return (
      <Frame title="Confirm your e-mail address" about={<MailedTo email={email} />}>
        <CodeForm
          email={email}
          mailed={mailed}
          action="Confirm and sign in"
          onResent={setMailed}
          onCode={useCode}
          onOther={() => setMailed(null)}
        />
      </Frame>
    );
  }
  return (
    <Frame title={title} aside={<PageLink before={`New to ${context.project.name}?`} page="signup" text="Sign up" />}>
      <Stack gap="xl">
        {context.error && <Notice kind="warning" text={providerTrouble(context.error.code)} />}
        <SignInForm
          email={email}
          onComplete={onComplete}
          onMailed={(typed, mailed) => {
            setEmail(typed);
            setMailed(mailed);
          }}
        />
        <Providers intent="signin" />
      </Stack>
    </Frame>
  );
}

/** Why a sign-in provider sent the person back. */
function providerTrouble(code: string): string {
  switch (code) {
    case 'email_not_verified':
      return 'The other account has no confirmed e-mail address. Confirm it there, or sign in with your password.';
    case 'email_taken':
      return 'There is an account with this address already. Sign in to it with your password.';
    case 'provider_not_found':
      return 'This way to sign in is not offered any more. Use another one.';
    case 'rate_limited':
    case 'authentication_rate_limited':
      return 'Too many tries in a short time. Wait a minute, then try again.';
    case 'invalid_code':
      return 'Signing in took too long, or was begun in another window. Start again here.';
    default:
      return 'Signing in with the other account did not work. Nothing was changed; try again, or use your password.';
  }
}
