import { Button, Text } from '@mantine/core';

import type { Mailed } from '../../auth';
import type { User } from '../../context';
import { Form } from '../../forms/Form';
import { useForm } from '../../forms/useForm';
import { usePageContext } from '../../parts/page-context';
import { confirmEmail } from './calls';

interface CurrentEmailProps {
  user: User;
  onChange: () => void;
  /** A code to confirm the address was mailed there. */
  onMailed: (mailed: Mailed) => void;
}

/** The address as it is, whether it is confirmed, and what can be done. */
export function CurrentEmail({ user, onChange, onMailed }: CurrentEmailProps) {
  const context = usePageContext();
  const form = useForm({ run: async () => onMailed(await confirmEmail(context)) });
  const change = (
    <Button variant="default" h={40} style={{ alignSelf: 'start' }} onClick={onChange}>
      Change address
    </Button>
  );
  return (
    <>
      <div>
        <Text fw={500} style={{ overflowWrap: 'anywhere' }}>
          {user.email}
        </Text>
        <Text size="sm" c={user.emailVerified ? 'var(--success)' : 'var(--warning)'}>
          {user.emailVerified ? 'Confirmed' : 'Not confirmed yet'}
        </Text>
      </div>
      {user.emailVerified ? change : <Form form={form} action="Confirm address" compact below={change} />}
    </>
  );
}
