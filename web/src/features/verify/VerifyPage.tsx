import { Button, Stack, Text } from '@mantine/core';
import { useState } from 'react';

import { linkTo } from '../../address';
import { verify } from '../../auth';
import { Form } from '../../forms/Form';
import { useForm } from '../../forms/useForm';
import { Frame } from '../../parts/Frame';
import { Leaving } from '../../parts/Leaving';
import { usePageContext } from '../../parts/page-context';

/** `/verify?token=`: the link of a mail. Mail scanners open links, so only a click uses it up. */
export function VerifyPage() {
  const context = usePageContext();
  const token = new URLSearchParams(window.location.search).get('token');
  const [result, setResult] = useState<'complete' | 'verified' | null>(null);
  const form = useForm({
    run: async () => setResult((await verify(context, { token: token ?? '' })).status),
  });
  if (result === 'complete') return <Leaving done="Your address is confirmed" />;
  if (result === 'verified') return <Confirmed />;
  if (!token || form.problem?.code === 'invalid_code') return <DeadLink />;
  return (
    <Frame
      title="Confirm your e-mail address"
      about={`One click, and ${context.project.name} knows that this address is yours.`}
    >
      <Form form={form} action="Confirm e-mail address" />
    </Frame>
  );
}

/** The link was opened in another browser than the one that signed up. */
function Confirmed() {
  const { project, redirect, isRoot } = usePageContext();
  const canReturn = redirect.url !== null || isRoot;
  return (
    <Frame title="Confirmed; now sign in" about="The address is yours. In this browser you are not signed in yet.">
      {canReturn ? (
        <Button component="a" h={44} fullWidth href={linkTo('signin', window.location.search)}>
          Sign in
        </Button>
      ) : (
        <Text>Go back to {project.name} and sign in there.</Text>
      )}
    </Frame>
  );
}

function DeadLink() {
  const { redirect, isRoot } = usePageContext();
  const canReturn = redirect.url !== null || isRoot;
  return (
    <Frame title="This link no longer works" about="It was used already, is too old, or a newer mail replaced it.">
      <Stack gap="lg">
        <Text>
          Sign in with your address and password. If the address still needs to be confirmed, a new mail comes.
        </Text>
        {canReturn && (
          <Button component="a" h={44} fullWidth href={linkTo('signin', window.location.search)}>
            Sign in
          </Button>
        )}
      </Stack>
    </Frame>
  );
}
