import { Menu, UnstyledButton } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';

import { usePageContext } from '../../parts/page-context';
import { Icon } from '../parts/Icon';
import { To } from '../parts/To';
import { baseOf } from '../projects';
import styles from './BottomBar.module.css';
import { ownPlaces, placesOf } from './places';
import type { ShellProps } from './Rail';

const SHOWN = 4;

/** The way through the dashboard on a phone: four pages, and the rest in a menu. */
export function BottomBar({ current }: ShellProps) {
  const navigate = useNavigate();
  const { isOperator } = usePageContext();
  const own = ownPlaces(isOperator === true);
  const places = current ? placesOf(current) : own;
  const start =
    current?.mode === 'test'
      ? [{ name: 'Get started', icon: 'start' as const, to: `${baseOf(current.publishableKey)}/start` }]
      : [];
  const rest = current ? [...places.slice(SHOWN), ...start, ...own] : places.slice(SHOWN);
  return (
    <nav className={styles.bar} aria-label="Pages">
      {places.slice(0, SHOWN).map(({ name, icon, to, whole }) => (
        <To key={to} to={to} className={styles.link} current={whole ? 'below' : 'page'}>
          <Icon name={icon} size={20} />
          {name}
        </To>
      ))}
      {rest.length > 0 && (
        <Menu position="top-end" width={220} shadow="md" transitionProps={{ duration: 80 }}>
          <Menu.Target>
            <UnstyledButton className={styles.link ?? ''}>
              <Icon name="menu" size={20} />
              More
            </UnstyledButton>
          </Menu.Target>
          <Menu.Dropdown>
            {rest.map(({ name, icon, to }) => (
              <Menu.Item
                key={to}
                h={44}
                leftSection={<Icon name={icon} size={18} />}
                onClick={() => void navigate({ to })}
              >
                {name}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </nav>
  );
}
