import { invalidCursor } from '../../core/errors.ts';
import type { ListCursor } from '../../core/links/list-links.ts';
import { readCursor, writeCursor } from '../list-cursor.ts';

/** The phase and the store's key, tied to the workspace it was made for. */
export const encodeCursor = (cursor: ListCursor | null, workspaceId: string): string | null =>
  writeCursor(cursor === null ? null : { list: cursor.phase, after: cursor.key }, workspaceId);

/** Throws VALIDATION_FAILED for anything `encodeCursor` did not make for this workspace and this order. */
export function decodeCursor(
  text: string | undefined,
  workspaceId: string,
  sort: '-created_at' | '-clicks',
): ListCursor | null {
  const phases: readonly ListCursor['phase'][] = sort === '-created_at' ? ['by_date'] : ['clicked', 'unclicked'];
  const position = readCursor(text, workspaceId, phases);
  if (position === null) return null;
  if (!isKey(position.after, workspaceId)) throw invalidCursor();
  return { phase: position.list, key: position.after };
}

/** A store's key: a flat object of texts and whole numbers whose partition is the caller's. Null where a phase starts. */
function isKey(key: string | null, workspaceId: string): boolean {
  if (key === null) return true;
  const value = parsed(key);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  const partition = entries.find(([name]) => name === 'workspace_id' || name === 'workspace_external_id')?.[1];
  return (
    entries.length === 4 &&
    entries.every(([, part]) => (typeof part === 'string' && part !== '') || Number.isSafeInteger(part)) &&
    (partition === workspaceId || String(partition).startsWith(`${workspaceId}#`))
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
