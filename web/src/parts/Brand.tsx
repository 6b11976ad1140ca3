import mark from '../mark.svg';
import styles from './Brand.module.css';
import { usePageContext } from './page-context';

/** The project's logo, or the first letter of its name, and the name. */
export function Brand() {
  const { project, isRoot, publishableKey } = usePageContext();
  const logo = isRoot || publishableKey === null ? mark : project.logoUrl;
  return (
    <div className={styles.brand}>
      {logo ? (
        <img className={styles.logo} src={logo} alt="" width={40} height={40} />
      ) : (
        <span className={styles.initial} aria-hidden="true">
          {[...project.name.trim()][0]?.toUpperCase() ?? ''}
        </span>
      )}
      <span className={styles.name}>{project.name}</span>
    </div>
  );
}
