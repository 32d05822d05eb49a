import { invalidCursor } from '../core/errors.ts';

/** A key to start a query from, as plain values. */
export type StartKey = Record<string, unknown>;

/**
 * Reads on from a cursor, which is the key the last page ended at. Whoever can send a cursor can change it, and which
 * keys a query takes only the table knows: where it refuses this one, that is the caller's mistake (VALIDATION_FAILED).
 */
export async function readFrom<T>(
  cursor: string | null,
  read: (start: StartKey | undefined) => Promise<T>,
): Promise<T> {
  if (cursor === null) return read(undefined);
  try {
    return await read(JSON.parse(cursor) as StartKey);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ValidationException') throw error;
    throw invalidCursor();
  }
}
