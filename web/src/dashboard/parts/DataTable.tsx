import type { ReactNode } from 'react';

import styles from './DataTable.module.css';
import { Icon } from './Icon';
import { To } from './To';

export interface Column<R> {
  name: string;
  /** What stands in the cell of a row. */
  cell: (row: R) => ReactNode;
  /** Numbers stand on the right. */
  number?: boolean;
  /** Left out where the screen is narrow. */
  wideOnly?: boolean;
  /** How the rows are sorted by it, and the address where they are sorted the other way. */
  sort?: { order: 'ascending' | 'descending'; other: string };
}

interface DataTableProps<R> {
  label: string;
  columns: Column<R>[];
  rows: R[];
  rowKey: (row: R) => string;
  /** The page of a row; the first cell is the link to it. */
  to?: (row: R) => string;
  /** What to show without rows. */
  empty: ReactNode;
}

/** Rows that the server has picked and sorted. */
export function DataTable<R>({ label, columns, rows, rowKey, to, empty }: DataTableProps<R>) {
  if (rows.length === 0) return empty;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className={styles.scroll} tabIndex={0} aria-label={`Table: ${label}`}>
      <table className={styles.table}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.name}
                scope="col"
                {...marks(column)}
                {...(column.sort ? { 'aria-sort': column.sort.order } : {})}
              >
                {column.sort ? (
                  <To to={column.sort.other} className={styles.sort}>
                    {column.name}
                    <Icon name={column.sort.order === 'ascending' ? 'up' : 'down'} size={12} />
                  </To>
                ) : (
                  column.name
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} data-link={to ? true : undefined}>
              {columns.map((column, at) => (
                <td key={column.name} {...marks(column)}>
                  {at === 0 && to ? (
                    <To to={to(row)} className={styles.link}>
                      {column.cell(row)}
                    </To>
                  ) : (
                    column.cell(row)
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface PagerProps {
  /** The address of this page of the list. */
  here: string;
  query: Record<string, string | undefined>;
  nextCursor: string | null | undefined;
}

/** Leads through the pages of a list; each has its own address. */
export function Pager({ here, query, nextCursor }: PagerProps) {
  const { cursor, ...rest } = query;
  if (!cursor && !nextCursor) return null;
  return (
    <nav className={styles.pager} aria-label="Pages of the list">
      {cursor ? (
        <To to={address(here, rest)}>
          <Icon name="left" size={14} />
          First page
        </To>
      ) : (
        <span />
      )}
      {nextCursor && (
        <To to={address(here, { ...rest, cursor: nextCursor })}>
          Next page
          <Icon name="right" size={14} />
        </To>
      )}
    </nav>
  );
}

/** A path with a query of what is set. */
export function address(path: string, query: Record<string, string | undefined>): string {
  const set = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const text = new URLSearchParams(set).toString();
  return text ? `${path}?${text}` : path;
}

function marks<R>({ number, wideOnly }: Column<R>) {
  return { 'data-number': number || undefined, 'data-wide-only': wideOnly || undefined };
}
