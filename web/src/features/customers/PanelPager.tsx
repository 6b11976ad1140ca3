import { Link, useSearch } from '@tanstack/react-router';

import { Icon } from '../../dashboard/parts/Icon';
import styles from './PanelPager.module.css';

interface PanelPagerProps {
  /** The name of the list's cursor in the address; several lists share a page. */
  name: string;
  nextCursor: string | null | undefined;
  /** Below a table that fills its panel. */
  flush?: boolean;
}

/** Leads through the pages of one list of several on a page. */
export function PanelPager({ name, nextCursor, flush = false }: PanelPagerProps) {
  const { [name]: cursor, ...rest }: Record<string, string> = useSearch({ strict: false });
  if (!cursor && !nextCursor) return null;
  return (
    <nav className={styles.pager} data-flush={flush || undefined} aria-label={`Pages of ${name}`}>
      {cursor ? (
        <Link to="." search={rest} resetScroll={false}>
          <Icon name="left" size={14} />
          First
        </Link>
      ) : (
        <span />
      )}
      {nextCursor && (
        <Link to="." search={{ ...rest, [name]: nextCursor }} resetScroll={false}>
          Older
          <Icon name="right" size={14} />
        </Link>
      )}
    </nav>
  );
}
