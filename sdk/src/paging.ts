/** What every page of a list says about those that follow. */
export interface Page {
  hasMore: boolean;
  /** Send it as `cursor` for the next page; null on the last one. */
  nextCursor: string | null;
}

/** Which page of a list. */
export interface PageParams {
  /** How many at once, 1 to 100; 25 if left out. */
  limit?: number;
  /** The `nextCursor` of the page before. */
  cursor?: string;
}

/** Every item of a list: `load` gets the page after a cursor, `itemsOf` what is on it. */
export async function* everything<P extends Page, T>(
  load: (cursor: string | undefined) => Promise<P>,
  itemsOf: (page: P) => readonly T[],
): AsyncGenerator<T> {
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: P = await load(cursor);
    yield* itemsOf(page);
    cursor = page.hasMore ? page.nextCursor : null;
  }
}
