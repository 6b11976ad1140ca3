import { Menu, UnstyledButton } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';

import type { Kind, Project } from '../../features/projects/calls';
import { Icon } from '../parts/Icon';
import { baseOf, type Family, firstOf } from '../projects';
import styles from './ProjectSwitcher.module.css';

const KINDS: Record<Kind, string> = { saas: 'SaaS', store: 'Store', membership: 'Membership' };

/** Which project is shown, and the way to the others. */
export function ProjectSwitcher({ current, families }: { current: Project | undefined; families: Family[] }) {
  const navigate = useNavigate();
  const go = (to: string) => void navigate({ to });
  function open(family: Family) {
    const project = (current && family[current.mode]) ?? firstOf(family);
    if (project) go(baseOf(project.publishableKey));
  }
  return (
    <Menu position="bottom-start" width={264} shadow="md" transitionProps={{ duration: 80 }}>
      <Menu.Target>
        <UnstyledButton className={styles.switcher ?? ''}>
          <span className="visually-hidden">Switch project, now</span>
          <span className={styles.initial} aria-hidden="true">
            {[...(current?.name ?? 'P').trim()][0]?.toUpperCase()}
          </span>
          <span className={styles.words}>
            <span className={styles.name}>{current?.name ?? 'Choose a project'}</span>
            {current && (
              <span className={styles.kind}>
                {KINDS[current.type]} · {current.mode === 'test' ? 'Test' : 'Live'}
              </span>
            )}
          </span>
          <Icon name="updown" size={16} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown className={styles.list ?? ''}>
        {families.map((family) => (
          <Menu.Item
            key={family.projectId}
            onClick={() => open(family)}
            rightSection={family.projectId === current?.projectId ? <Icon name="check" size={16} /> : null}
          >
            {family.name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="plus" size={16} />} onClick={() => go('/dashboard/projects/new')}>
          Create project
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="projects" size={16} />} onClick={() => go('/dashboard/projects')}>
          All projects
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
