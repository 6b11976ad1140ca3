import { Button, Stack, Text } from '@mantine/core';
import { useState } from 'react';

import { linkTo } from '../../address';
import { Problem } from '../../api';
import { verify } from '../../auth';
import { Form } from '../../forms/Form';
import { checkPassword, PasswordField } from '../../forms/fields';
import { useForm } from '../../forms/useForm';
import { Frame } from '../../parts/Frame';
import { Leaving } from '../../parts/Leaving';
import { usePageContext } from '../../parts/page-context';

/** `/verify?token=`: the link of a mail. Mail scanners open links, so only a click uses it up. */
export function VerifyPage() {
  const context = usePageContext();
  const token = new URLSearchParams(window.location.search).get('token') ?? '';
  const [isDone, setDone] = useState(false);
  const [isElsewhere, setElsewhere] = useState(false);
  const form = useForm({
    run: async () => {
      try {
        await verify(context, { token });
        setDone(true);
      } catch (problem) {
        if (!(problem instanceof Problem) || problem.code !== 'reauthentication_required') throw problem;
        setElsewhere(true);
      }
    },
  });
  if (isDone) return <Leaving done="Your address is confirmed" />;
  if (token === '' || form.problem?.code === 'invalid_code') return <DeadLink />;
  if (isElsewhere) return <Elsewhere token={token} onDone={() => setDone(true)} />;
  return (
    <Frame
      title="Confirm your e-mail address"
      about={`One click, and ${context.project.name} knows that this address is yours.`}
    >
      <Form form={form} action="Confirm e-mail address" />
    </Frame>
  );
}

/** The link was opened in another browser than the one that asked for the mail. */
function Elsewhere({ token, onDone }: { token: string; onDone: () => void }) {
  const context = usePageContext();
  const form = useForm({
    check: (values) => checkPassword(values),
    run: async ({ password }) => {
      await verify(context, { token }, password);
      onDone();
    },
  });
  if (form.problem?.code === 'invalid_code') return <DeadLink />;
  return (
    <Frame
      title="Enter your password"
      about="You opened the link in another browser than the one you signed up with, so your password is needed too."
    >
      <Form form={form} action="Confirm e-mail address">
        <PasswordField errors={form.errors} kind="current" autoFocus />
      </Form>
      <Text mt="lg" size="sm">
        Did you not sign up? Close this page: without your click nothing happens.
      </Text>
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
          If you were signing up, sign up again. If you have an account, sign in: where the address still needs to be
          confirmed, a new mail comes.
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
