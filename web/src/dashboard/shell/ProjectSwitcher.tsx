import { Menu, UnstyledButton } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';

import type { Kind, Mode, Project } from '../../features/projects/calls';
import { Icon } from '../parts/Icon';
import { baseOf, type Family, firstOf } from '../projects';
import styles from './ProjectSwitcher.module.css';

const KINDS: Record<Kind, string> = { saas: 'SaaS', store: 'Store', membership: 'Membership' };

/** Keeps the room of a line. */
const NOT_YET = '\u00a0';

interface SwitcherProps {
  current: Project | undefined;
  /** Known before the project is. */
  mode: Mode | undefined;
  families: Family[];
  /** Only the first letter, where there is no room. */
  isFolded?: boolean;
}

/** Which project is shown, and the way to the others. */
export function ProjectSwitcher({ current, mode, families, isFolded = false }: SwitcherProps) {
  const navigate = useNavigate();
  const isOnItsWay = mode !== undefined && families.length === 0;
  const name = current?.name ?? (isOnItsWay ? NOT_YET : 'Choose a project');
  const go = (to: string) => void navigate({ to });
  function open(family: Family) {
    const project = (current && family[current.mode]) ?? firstOf(family);
    if (project) go(baseOf(project.publishableKey));
  }
  return (
    <Menu position="bottom-start" width={264} shadow="md" transitionProps={{ duration: 80 }}>
      <Menu.Target>
        <UnstyledButton
          className={styles.switcher ?? ''}
          data-folded={isFolded || undefined}
          title={isFolded ? current?.name : undefined}
        >
          <span className="visually-hidden">Switch project, now</span>
          <span className={styles.initial} aria-hidden="true">
            {current || isOnItsWay ? [...name.trim()][0]?.toUpperCase() : <Icon name="projects" size={16} />}
          </span>
          <span className={styles.words}>
            <span className={styles.name}>{name}</span>
            {current && (
              <span className={styles.kind}>
                {KINDS[current.type]} · {current.mode === 'test' ? 'Test' : 'Live'}
                {current.sampleUntil !== undefined && <span className={styles.more}> · Sample</span>}
              </span>
            )}
            {isOnItsWay && <span className={styles.kind}>{NOT_YET}</span>}
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
            {family.test?.sampleUntil !== undefined && <span className={styles.sample}>Sample data</span>}
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
