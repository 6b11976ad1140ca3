import { Button } from '@mantine/core';

import type { Problem } from '../../api';

interface SignInAgainProps {
  problem: Problem | null;
  onSignIn: () => void;
}

/** The way out when a call needs a fresh sign-in. */
export function SignInAgain({ problem, onSignIn }: SignInAgainProps) {
  if (problem?.code !== 'reauthentication_required' && problem?.code !== 'signed_out') return null;
  return (
    <Button variant="default" h={40} style={{ alignSelf: 'start' }} onClick={onSignIn}>
      Sign in again
    </Button>
  );
}
