import { invalidCursor } from '../core/errors.ts';
import type { Page } from '../core/links/link-store.ts';
import type { IdPrefix } from '../core/sortable-id.ts';
import { couldBeId } from '../core/sortable-id.ts';
import { readCursor, writeCursor } from './list-cursor.ts';

/** A list whose entries are known by their ids, as its cursors name it, and whose it is. */
export type IdList = { readonly name: string; readonly ownerId: string; readonly idPrefix: IdPrefix };

/** The id that a page begins behind. Throws VALIDATION_FAILED for a cursor that is not from this list. */
export function afterIdOf({ cursor }: { readonly cursor?: string | undefined }, list: IdList): string | null {
  const after = readCursor(cursor, list.ownerId, [list.name])?.after ?? null;
  if (after !== null && !couldBeId(list.idPrefix, after)) throw invalidCursor();
  return after;
}

/** The contract's shape of a list. */
export const pageOf = <T, A>({ items, cursor }: Page<T>, list: IdList, answerOf: (item: T) => A) => ({
  data: items.map(answerOf),
  next_cursor: writeCursor(cursor === null ? null : { list: list.name, after: cursor }, list.ownerId),
});
