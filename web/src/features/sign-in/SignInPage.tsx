import { useState } from 'react';

import { Leaving } from '../../parts/Leaving';
import { usePageContext } from '../../parts/page-context';
import { ChooseAccount } from './ChooseAccount';
import { SignIn } from './SignIn';

/** `/signin`: who is signed in already is asked first whether to go on so. */
export function SignInPage() {
  const { user, project, error } = usePageContext();
  const [step, setStep] = useState<'choose' | 'sign-in' | 'leave'>(user && !error ? 'choose' : 'sign-in');
  if (step === 'leave') return <Leaving done="You are signed in" />;
  if (step === 'choose' && user) {
    return <ChooseAccount email={user.email} onContinue={() => setStep('leave')} onOther={() => setStep('sign-in')} />;
  }
  return <SignIn title={`Sign in to ${project.name}`} onComplete={() => setStep('leave')} />;
}
