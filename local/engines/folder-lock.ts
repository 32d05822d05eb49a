import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export type FolderLock = { release(): void };

/**
 * Holds a folder for this process. Node has no file locks, SQLite does: the kernel drops them when the process dies,
 * however it dies, so a lock is never left behind as a pid file would be.
 * Throws one sentence for the person at the terminal when another process holds the folder.
 */
export function lockFolder(folder: string): FolderLock {
  mkdirSync(folder, { recursive: true });
  const lock = new DatabaseSync(join(folder, 'lock'));
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    throw new Error(`Another Signpost is using ${resolve(folder)}; stop it first or choose another data folder.`, {
      cause,
    });
  }
  return { release: () => lock.close() };
}
