import { invalidCursor } from '../core/errors.ts';

/** Where a list goes on: in which list, and behind which of its entries (null where it begins). */
export type ListPosition<L extends string = string> = { readonly list: L; readonly after: string | null };

/** A cursor is opaque to customers; here it is a position, tied to whose list it was made for. */
export const writeCursor = (position: ListPosition | null, ownerId: string): string | null =>
  position === null
    ? null
    : Buffer.from(JSON.stringify([ownerId, position.list, position.after])).toString('base64url');

/** Null where there is no cursor. Throws VALIDATION_FAILED for anything `writeCursor` did not make for this owner and one of these lists. */
export function readCursor<L extends string>(
  text: string | undefined,
  ownerId: string,
  lists: readonly L[],
): ListPosition<L> | null {
  if (text === undefined) return null;
  const [owner, listName, after] = partsOf(text);
  const list = lists.find((candidate) => candidate === listName);
  if (owner !== ownerId || list === undefined || (after !== null && typeof after !== 'string')) throw invalidCursor();
  return { list, after };
}

function partsOf(text: string): readonly unknown[] {
  try {
    const value = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown;
    return Array.isArray(value) ? (value as unknown[]) : [];
  } catch {
    return [];
  }
}
