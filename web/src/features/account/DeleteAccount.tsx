import '@mantine/core/styles/CloseButton.css';
import '@mantine/core/styles/Modal.css';
import '@mantine/core/styles/ModalBase.css';
import '@mantine/core/styles/Overlay.css';
import '@mantine/core/styles/Paper.css';
import '@mantine/core/styles/ScrollArea.css';

import { Button, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Form } from '../../forms/Form';
import { checkPassword, PasswordField } from '../../forms/fields';
import { useForm } from '../../forms/useForm';
import { usePageContext } from '../../parts/page-context';
import { deleteAccount } from './calls';
import styles from './DeleteAccount.module.css';
import { Section, type SectionProps } from './Section';
import { SignInAgain } from './SignInAgain';

/** Deletes the account, after a dialog that says what that means. */
export function DeleteAccount(props: SectionProps & { onDeleted: () => void }) {
  const { project } = usePageContext();
  const [isOpen, setOpen] = useState(false);
  return (
    <Section id="delete" title="Delete account" about={`Your account at ${project.name}, for good.`}>
      <Button variant="default" c="var(--danger)" h={40} onClick={() => setOpen(true)}>
        Delete account
      </Button>
      <Modal.Root opened={isOpen} onClose={() => setOpen(false)} centered>
        <Modal.Overlay />
        <Modal.Content>
          <Modal.Body className={styles.dialog ?? ''}>
            <div className={styles.top}>
              <Modal.Title component="h2">Delete your account at {project.name}</Modal.Title>
              <Modal.CloseButton aria-label="Close" />
            </div>
            <DeleteForm {...props} onCancel={() => setOpen(false)} />
          </Modal.Body>
        </Modal.Content>
      </Modal.Root>
    </Section>
  );
}

function DeleteForm({
  account,
  onSignIn,
  onDeleted,
  onCancel,
}: SectionProps & { onDeleted: () => void; onCancel: () => void }) {
  const context = usePageContext();
  const { email } = account.user;
  const form = useForm({
    check: (values) => ({
      ...(sameAddress(values['confirm'], email) ? {} : { confirm: `Type ${email} to confirm.` }),
      ...(account.hasPassword ? checkPassword(values) : {}),
    }),
    run: async ({ password }) => {
      await deleteAccount(context, email, password);
      onDeleted();
    },
    fieldOf: { invalid_credentials: 'password', confirmation_required: 'confirm' },
  });
  return (
    <Stack gap="lg">
      <Text>This cannot be taken back. It happens at once:</Text>
      <ul className={styles.list}>
        <li>You are signed out on every device ({account.sessions.length} now).</li>
        <li>Your name, address and password at {context.project.name} are erased.</li>
        <li>Your plan there ends. A new account begins from nothing.</li>
      </ul>
      <Form
        form={form}
        action="Delete account"
        color="danger"
        below={
          <Button variant="default" h={44} fullWidth onClick={onCancel}>
            Keep account
          </Button>
        }
      >
        <SignInAgain problem={form.problem} onSignIn={onSignIn} />
        <TextInput
          name="confirm"
          label="Your e-mail address"
          description={`Type ${email} to confirm.`}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          inputMode="email"
          size="md"
          error={form.errors['confirm']}
        />
        {account.hasPassword && <PasswordField errors={form.errors} kind="current" label="Your password" />}
      </Form>
    </Stack>
  );
}

function sameAddress(typed: string | undefined, email: string): boolean {
  return typed?.trim().toLowerCase() === email.toLowerCase();
}
