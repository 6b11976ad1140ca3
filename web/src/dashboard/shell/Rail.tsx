import { ActionIcon, Tooltip } from '@mantine/core';

import type { Mode, Project } from '../../features/projects/calls';
import mark from '../../mark.svg';
import { usePageContext } from '../../parts/page-context';
import { Icon } from '../parts/Icon';
import { To } from '../parts/To';
import { baseOf, type Family } from '../projects';
import { ProjectSwitcher } from './ProjectSwitcher';
import { ownPlaces, type Place, placesOf } from './places';
import styles from './Rail.module.css';
import { useFolded } from './useFolded';

/** What the parts of the shell are given. */
export interface ShellProps {
  current: Project | undefined;
  /** What the address says of the project, which may still be on its way. */
  publishableKey: string;
  mode: Mode | undefined;
  families: Family[];
  onSearch: () => void;
}

/** The way through the dashboard, on the left; icons only where it is narrow or folded. */
export function Rail({ current, publishableKey, mode, families }: ShellProps) {
  const { isOperator } = usePageContext();
  const { isFolded, toggle } = useFolded();
  return (
    <aside className={styles.rail} data-folded={isFolded || undefined}>
      <div className={styles.inner}>
        <div className={styles.top}>
          <To to="/dashboard/projects" className={styles.brand} label="dream-api, all projects">
            <img src={mark} alt="" width={24} height={24} />
            <span className={styles.words}>dream-api</span>
          </To>
          {toggle && <Fold isFolded={isFolded} onClick={toggle} />}
        </div>
        <ProjectSwitcher current={current} mode={mode} families={families} isFolded={isFolded} />
        {current && (
          <nav className={styles.places} aria-label={`Pages of ${current.name}`}>
            {placesOf(current).map((place) => (
              <RailLink key={place.to} {...place} isFolded={isFolded} />
            ))}
          </nav>
        )}
        <nav className={styles.own} aria-label="Your account and projects">
          {mode === 'test' && (
            <RailLink
              name="Get started"
              icon="start"
              to={`${baseOf(publishableKey)}/start`}
              whole
              isFolded={isFolded}
            />
          )}
          {ownPlaces(isOperator === true).map((place) => (
            <RailLink key={place.to} {...place} isFolded={isFolded} />
          ))}
        </nav>
      </div>
    </aside>
  );
}

function Fold({ isFolded, onClick }: { isFolded: boolean; onClick: () => void }) {
  const words = isFolded ? 'Show names beside the icons' : 'Show icons only';
  return (
    <Tooltip label={words} position="right" events={SHOWN_ON}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={32}
        className={styles.fold ?? ''}
        aria-label={words}
        onClick={onClick}
      >
        <Icon name="fold" />
      </ActionIcon>
    </Tooltip>
  );
}

function RailLink({ name, icon, to, whole, isFolded }: Place & { isFolded: boolean }) {
  return (
    <Tooltip label={name} position="right" disabled={!isFolded} events={SHOWN_ON}>
      <div>
        <To to={to} className={styles.link} current={whole ? 'below' : 'page'}>
          <Icon name={icon} />
          <span className={styles.words}>{name}</span>
        </To>
      </div>
    </Tooltip>
  );
}

const SHOWN_ON = { hover: true, focus: true, touch: false };
