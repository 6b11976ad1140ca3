import { Stack } from '@mantine/core';
import { useState } from 'react';

import { type Mailed, verify } from '../../auth';
import { CodeForm } from '../../forms/CodeForm';
import { Frame } from '../../parts/Frame';
import { Leaving } from '../../parts/Leaving';
import { MailedTo } from '../../parts/MailedTo';
import { PageLink } from '../../parts/PageLink';
import { Providers } from '../../parts/Providers';
import { usePageContext } from '../../parts/page-context';
import { SignUpForm } from './SignUpForm';

/** `/signup`: address and password, then the code of the mail where the project wants addresses confirmed. */
export function SignUpPage() {
  const context = usePageContext();
  const [email, setEmail] = useState('');
  const [mailed, setMailed] = useState<Mailed | null>(null);
  const [isComplete, setComplete] = useState(false);

  async function useCode(code: string) {
    if (mailed) await verify(context, { flow: mailed.flow, code });
    setComplete(true);
  }

  if (isComplete) return <Leaving done="Your account is ready" />;
  if (mailed) {
    return (
      <Frame
        title="Check your mail"
        about={<MailedTo email={email} />}
        aside={<PageLink before="Have an account already?" page="signin" text="Sign in" />}
      >
        <CodeForm
          email={email}
          mailed={mailed}
          action="Confirm and go on"
          onResent={setMailed}
          onCode={useCode}
          onOther={() => setMailed(null)}
        />
      </Frame>
    );
  }
  return (
    <Frame
      title={context.isRoot ? 'Sign up as a developer' : `Sign up for ${context.project.name}`}
      aside={<PageLink before="Have an account already?" page="signin" text="Sign in" />}
    >
      <Stack gap="xl">
        <SignUpForm
          email={email}
          onComplete={() => setComplete(true)}
          onMailed={(typed, mailed) => {
            setEmail(typed);
            setMailed(mailed);
          }}
        />
        <Providers intent="signup" />
      </Stack>
    </Frame>
  );
}
