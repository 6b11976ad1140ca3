import { Button, Stack } from '@mantine/core';
import { useState } from 'react';

import { reload } from '../../navigate';
import { Frame } from '../../parts/Frame';
import { usePageContext } from '../../parts/page-context';
import { SignIn } from '../sign-in/SignIn';
import { AccountSections } from './AccountSections';
import { BackToApp } from './BackToApp';

/** `/account`: everything a person can change about the own account. */
export function AccountPage() {
  const { user, project } = usePageContext();
  const [step, setStep] = useState<'account' | 'sign-in' | 'signed-out' | 'deleted'>(user ? 'account' : 'sign-in');
  switch (step) {
    case 'account':
      return <AccountSections onSignIn={() => setStep('sign-in')} onGone={setStep} />;
    case 'sign-in':
      return <SignIn title={`Sign in to your ${project.name} account`} onComplete={reload} />;
    case 'signed-out':
      return (
        <Frame title="You are signed out" about={`To see your ${project.name} account, sign in again.`}>
          <Stack gap="lg">
            <Button h={44} fullWidth onClick={() => setStep('sign-in')}>
              Sign in
            </Button>
            <BackToApp />
          </Stack>
        </Frame>
      );
    case 'deleted':
      return (
        <Frame
          title="Your account is deleted"
          about={`${project.name} has ended your sign-ins and forgotten your account.`}
        >
          <BackToApp />
        </Frame>
      );
  }
}
