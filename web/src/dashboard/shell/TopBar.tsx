import { ActionIcon } from '@mantine/core';

import { Icon } from '../parts/Icon';
import { AccountMenu } from './AccountMenu';
import { BusinessTime } from './BusinessTime';
import { ModeSwitch } from './ModeSwitch';
import { ProjectSwitcher } from './ProjectSwitcher';
import type { ShellProps } from './Rail';
import styles from './TopBar.module.css';

/** Where the keyboard has another key for it. */
const IS_APPLE = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** On top of every page: search, mode, help and account; above it, in test mode, that nothing is real and where business time is. */
export function TopBar({ current, mode, families, onSearch }: ShellProps) {
  const family = families.find(({ projectId }) => projectId === current?.projectId);
  return (
    <header className={styles.top}>
      {mode === 'test' && (
        <div className={styles.test} role="note">
          <span>
            <strong>Test mode</strong> No real money, no real customers.
          </span>
          <BusinessTime />
        </div>
      )}
      <div className={styles.bar}>
        <div className={styles.project}>
          <ProjectSwitcher current={current} mode={mode} families={families} />
        </div>
        <button
          type="button"
          className={styles.search}
          onClick={onSearch}
          aria-keyshortcuts={IS_APPLE ? 'Meta+K' : 'Control+K'}
        >
          <Icon name="search" size={16} />
          <span className={styles.words}>Search</span>
          <kbd className={styles.key}>{IS_APPLE ? '⌘ K' : 'Ctrl K'}</kbd>
        </button>
        <span className={styles.space} />
        {mode && <ModeSwitch mode={mode} family={family} />}
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
