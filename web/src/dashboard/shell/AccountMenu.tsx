import { ActionIcon, Menu } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';

import { signOut } from '../../auth';
import { tell } from '../../forms/problem-words';
import { asProblem } from '../../forms/useForm';
import { leaveFor } from '../../navigate';
import { usePageContext } from '../../parts/page-context';
import { Icon } from '../parts/Icon';
import { useSay } from '../parts/Said';

/** Who is signed in, and what is his: profile and sessions, his plan, the way out. */
export function AccountMenu() {
  const context = usePageContext();
  const navigate = useNavigate();
  const say = useSay();
  async function leave() {
    try {
      await signOut(context);
      leaveFor('/');
    } catch (thrown) {
      say(tell(asProblem(thrown)).text);
    }
  }
  return (
    <Menu position="bottom-end" width={240} shadow="md" transitionProps={{ duration: 80 }}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={36} aria-label="Your account">
          <Icon name="account" size={20} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label style={{ overflowWrap: 'anywhere' }}>{context.user?.email}</Menu.Label>
        <Menu.Item component="a" href="/account?redirect=/dashboard" leftSection={<Icon name="account" size={16} />}>
          Profile and sessions
        </Menu.Item>
        <Menu.Item
          leftSection={<Icon name="billing" size={16} />}
          onClick={() => void navigate({ to: '/dashboard/billing' })}
        >
          Your plan
        </Menu.Item>
        <Menu.Item component="a" href="/docs/" leftSection={<Icon name="help" size={16} />}>
          API reference
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="leave" size={16} />} onClick={() => void leave()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
