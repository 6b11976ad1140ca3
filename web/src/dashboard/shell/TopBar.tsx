import { ActionIcon } from '@mantine/core';

import { Icon } from '../parts/Icon';
import { AccountMenu } from './AccountMenu';
import { ModeSwitch } from './ModeSwitch';
import { ProjectSwitcher } from './ProjectSwitcher';
import type { ShellProps } from './Rail';
import styles from './TopBar.module.css';

/** On top of every page: search, mode, help and account; above it, in test mode, that nothing is real. */
export function TopBar({ current, families, onSearch }: ShellProps) {
  const family = families.find(({ projectId }) => projectId === current?.projectId);
  return (
    <header className={styles.top}>
      {current?.mode === 'test' && (
        <div className={styles.test} role="note">
          <strong>Test mode</strong> <span>No real money, no real customers.</span>
        </div>
      )}
      <div className={styles.bar}>
        <div className={styles.project}>
          <ProjectSwitcher current={current} families={families} />
        </div>
        <button type="button" className={styles.search} onClick={onSearch} aria-keyshortcuts="Control+K">
          <Icon name="search" size={16} />
          <span className={styles.words}>Search</span>
          <kbd className={styles.key}>Ctrl K</kbd>
        </button>
        <span className={styles.space} />
        {current && <ModeSwitch current={current} family={family} />}
        <ActionIcon
          component="a"
          href="/docs/"
          variant="subtle"
          color="gray"
          size={36}
          aria-label="Help: API reference"
        >
          <Icon name="help" size={20} />
        </ActionIcon>
        <AccountMenu />
      </div>
    </header>
  );
}
