import type { Project } from '../../features/projects/calls';
import mark from '../../mark.svg';
import { usePageContext } from '../../parts/page-context';
import { Icon } from '../parts/Icon';
import { To } from '../parts/To';
import { baseOf, type Family } from '../projects';
import { ProjectSwitcher } from './ProjectSwitcher';
import { ownPlaces, type Place, placesOf } from './places';
import styles from './Rail.module.css';

/** What the parts of the shell are given. */
export interface ShellProps {
  current: Project | undefined;
  families: Family[];
  onSearch: () => void;
}

/** The way through the dashboard, on the left; icons only where it is narrow. */
export function Rail({ current, families }: ShellProps) {
  const { isOperator } = usePageContext();
  return (
    <aside className={styles.rail}>
      <div className={styles.inner}>
        <To to="/dashboard/projects" className={styles.brand} label="dream-api, all projects">
          <img src={mark} alt="" width={24} height={24} />
          <span className={styles.words}>dream-api</span>
        </To>
        <ProjectSwitcher current={current} families={families} />
        {current && (
          <nav className={styles.places} aria-label={`Pages of ${current.name}`}>
            {placesOf(current).map((place) => (
              <RailLink key={place.to} {...place} />
            ))}
          </nav>
        )}
        <nav className={styles.own} aria-label="Your account and projects">
          {current?.mode === 'test' && (
            <RailLink name="Get started" icon="start" to={`${baseOf(current.publishableKey)}/start`} whole />
          )}
          {ownPlaces(isOperator === true).map((place) => (
            <RailLink key={place.to} {...place} />
          ))}
        </nav>
      </div>
    </aside>
  );
}

function RailLink({ name, icon, to, whole }: Place) {
  return (
    <To to={to} className={styles.link} current={whole ? 'below' : 'page'}>
      <Icon name={icon} />
      <span className={styles.words}>{name}</span>
    </To>
  );
}
