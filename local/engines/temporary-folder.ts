import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FolderLock, lockFolder } from './folder-lock.ts';

/** A folder that no other process uses until it is closed. */
export type HeldFolder = { readonly path: string; readonly close: () => void };

/** Between being made and being held a folder is nobody's: the young ones are left alone. */
const YOUNG_MS = 60_000;

/**
 * A new folder `signpost-<kind>-…` among the temporary ones, removed when it is closed. Those of that kind
 * whose process was killed before it could are removed first, so that they do not add up.
 */
export function openTemporaryFolder(kind: string): HeldFolder {
  const prefix = `signpost-${kind}-`;
  removeAbandoned(prefix, Date.now() - YOUNG_MS);
  const path = mkdtempSync(join(tmpdir(), prefix));
  const lock = lockFolder(path);
  return { path, close: () => removeHeld(path, lock) };
}

function removeAbandoned(prefix: string, olderThanMs: number): void {
  const entries = readdirSync(tmpdir(), { withFileTypes: true });
  for (const { name } of entries.filter((entry) => entry.isDirectory() && entry.name.startsWith(prefix))) {
    const path = join(tmpdir(), name);
    try {
      if (statSync(path).mtimeMs < olderThanMs) removeHeld(path, lockFolder(path));
    } catch {
      // Somebody holds it, owns it or has just removed it.
    }
  }
}

function removeHeld(path: string, lock: FolderLock): void {
  lock.release();
  // A program that was told to stop may write a last file.
  rmSync(path, { recursive: true, force: true, maxRetries: 3 });
}
