import { Button, Loader, Stack } from '@mantine/core';

import { tell } from '../../forms/problem-words';
import { Notice } from '../../parts/Notice';
import { AccountFrame } from './AccountFrame';
import { ConnectedAccounts } from './ConnectedAccounts';
import { DeleteAccount } from './DeleteAccount';
import { EmailSection } from './EmailSection';
import { PasswordSection } from './PasswordSection';
import { ProfileSection } from './ProfileSection';
import { Sessions } from './Sessions';
import { useAccount } from './useAccount';

interface AccountSectionsProps {
  /** Nobody is signed in, or not lately enough. */
  onSignIn: () => void;
  onGone: (how: 'signed-out' | 'deleted') => void;
}

/** The sections of the account, one below the other. */
export function AccountSections({ onSignIn, onGone }: AccountSectionsProps) {
  const { account, problem, load } = useAccount(onSignIn);
  if (problem) {
    const { text, requestId } = tell(problem);
    return (
      <AccountFrame>
        <Stack gap="lg">
          <Notice kind="danger" text={text} requestId={requestId} />
          <Button h={44} style={{ alignSelf: 'start' }} onClick={() => void load()}>
            Try again
          </Button>
        </Stack>
      </AccountFrame>
    );
  }
  if (!account) {
    return (
      <AccountFrame>
        <Loader size={20} color="var(--accent)" role="status" aria-label="Loading your account" />
      </AccountFrame>
    );
  }
  const shared = { account, load, onSignIn };
  return (
    <AccountFrame email={account.user.email}>
      <ProfileSection {...shared} />
      <EmailSection {...shared} />
      <PasswordSection {...shared} />
      <Sessions {...shared} onSignedOut={() => onGone('signed-out')} />
      <ConnectedAccounts account={account} load={load} />
      <DeleteAccount {...shared} onDeleted={() => onGone('deleted')} />
    </AccountFrame>
  );
}
