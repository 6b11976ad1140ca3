import { address } from './DataTable';

export type Direction = 'ascending' | 'descending';

/** How a list is sorted by a column. */
export interface Sort {
  /** How it is now; absent while it is sorted by something else. */
  order?: Direction;
  /** How it will be after a click, and the address of that. */
  next: Direction;
  to: string;
}

/** Lists come so unless the address says otherwise; it never says this. */
const STANDARD = 'newest';

/** What the address says of the column of dates that every list comes in. */
export const BY_DATE: Record<Direction, string> = { ascending: 'oldest', descending: STANDARD };

/** What the address `here?search` says of a column, and a click on its header. */
export function sorting(
  here: string,
  search: Record<string, string>,
  name: string,
  first: Direction,
  words: Record<Direction, string> = { ascending: name, descending: `-${name}` },
): Sort {
  const sort = search['sort'] ?? STANDARD;
  if (sort === words.ascending)
    return { order: 'ascending', next: 'descending', to: sorted(here, search, words.descending) };
  if (sort === words.descending)
    return { order: 'descending', next: 'ascending', to: sorted(here, search, words.ascending) };
  return { next: first, to: sorted(here, search, words[first]) };
}

/** The address of a list in another order, from its first page on. */
export function sorted(here: string, { cursor: _, ...search }: Record<string, string>, sort: string): string {
  return address(here, { ...search, sort: sort === STANDARD ? undefined : sort });
}
