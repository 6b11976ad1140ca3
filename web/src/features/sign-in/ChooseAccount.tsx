import { Button, Stack } from '@mantine/core';

import { Frame } from '../../parts/Frame';
import { usePageContext } from '../../parts/page-context';

interface ChooseAccountProps {
  email: string;
  onContinue: () => void;
  onOther: () => void;
}

/** Somebody is signed in already: nobody is sent on without a click. */
export function ChooseAccount({ email, onContinue, onOther }: ChooseAccountProps) {
  const { project } = usePageContext();
  return (
    <Frame title={`Sign in to ${project.name}`} about="You are signed in already.">
      <Stack gap="md">
        <Button h="auto" mih={44} py="sm" onClick={onContinue} styles={{ label: { whiteSpace: 'normal' } }}>
          <span style={{ overflowWrap: 'anywhere' }}>Continue as {email}</span>
        </Button>
        <Button h={44} variant="default" onClick={onOther}>
          Use another account
        </Button>
      </Stack>
    </Frame>
  );
}
