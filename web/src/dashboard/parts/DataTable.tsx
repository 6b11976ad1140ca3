import type { ReactNode } from 'react';

import styles from './DataTable.module.css';
import { Icon } from './Icon';
import type { Sort } from './sorting';
import { To } from './To';

export interface Column<R> {
  name: string;
  /** What stands in the cell of a row. */
  cell: (row: R) => ReactNode;
  /** Numbers stand on the right. */
  number?: boolean;
  /** Left out where the screen is narrow. */
  wideOnly?: boolean;
  /** The rows can be sorted by it. */
  sort?: Sort;
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
              <th key={column.name} scope="col" {...marks(column)} aria-sort={column.sort?.order}>
                {column.sort ? <SortLink name={column.name} sort={column.sort} /> : column.name}
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

/** Sorts by a column, and turns the order round where it is so already. */
function SortLink({ name, sort: { order, next, to } }: { name: string; sort: Sort }) {
  return (
    <To to={to} className={styles.sort} stay>
      {name}
      <span className={styles.arrow} data-sorted={order !== undefined || undefined}>
        <Icon name={(order ?? next) === 'ascending' ? 'up' : 'down'} size={12} />
      </span>
    </To>
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
