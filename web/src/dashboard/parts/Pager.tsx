import { Link, useSearch } from '@tanstack/react-router';

import { Icon } from './Icon';
import styles from './Pager.module.css';

interface PagerProps {
  nextCursor: string | null | undefined;
  /** One list of several on a page: the name of its cursor in the address. The page stays where it is. */
  of?: string;
  /** In a panel that keeps its distance from its edges. */
  inset?: boolean;
}

/** Leads through the pages of a list; each has its own address. */
export function Pager({ nextCursor, of, inset = false }: PagerProps) {
  const name = of ?? 'cursor';
  const { [name]: cursor, ...rest }: Record<string, string> = useSearch({ strict: false });
  if (!cursor && !nextCursor) return null;
  return (
    <nav className={styles.pager} data-inset={inset || undefined} aria-label={`Pages of ${of ?? 'the list'}`}>
      {cursor ? (
        <Link to="." search={rest} resetScroll={of === undefined}>
          <Icon name="left" size={14} />
          First page
        </Link>
      ) : (
        <span />
      )}
      {nextCursor && (
        <Link to="." search={{ ...rest, [name]: nextCursor }} resetScroll={of === undefined}>
          Next page
          <Icon name="right" size={14} />
        </Link>
      )}
    </nav>
  );
}
