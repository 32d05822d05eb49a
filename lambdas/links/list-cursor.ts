import { validationFailed } from '../../core/errors.ts';
import type { ListCursor } from '../../core/links/list-links.ts';

/** A cursor is opaque to customers; here it is the phase and the store's key, tied to the workspace it was made for. */
export const encodeCursor = (cursor: ListCursor | null, workspaceId: string): string | null =>
  cursor === null ? null : Buffer.from(JSON.stringify([workspaceId, cursor.phase, cursor.key])).toString('base64url');

/** Throws VALIDATION_FAILED for anything `encodeCursor` did not make for this workspace and this order. */
export function decodeCursor(
  text: string | undefined,
  workspaceId: string,
  sort: '-created_at' | '-clicks',
): ListCursor | null {
  if (text === undefined) return null;
  const phases: readonly ListCursor['phase'][] = sort === '-created_at' ? ['by_date'] : ['clicked', 'unclicked'];
  const value = parsed(text);
  const [owner, phaseName, key] = Array.isArray(value) ? (value as unknown[]) : [];
  const phase = phases.find((candidate) => candidate === phaseName);
  if (owner !== workspaceId || phase === undefined || !isKey(key, workspaceId)) {
    throw validationFailed([{ path: 'cursor', code: 'invalid_cursor', message: 'This cursor is not from this list.' }]);
  }
  return { phase, key };
}

/** A store's key: a flat object of texts and whole numbers whose partition is the caller's. Null where a phase starts. */
function isKey(key: unknown, workspaceId: string): key is string | null {
  if (key === null) return true;
  const value = typeof key === 'string' ? parsed(key) : null;
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
    return JSON.parse(text.startsWith('{') ? text : Buffer.from(text, 'base64url').toString());
  } catch {
    return null;
  }
}
