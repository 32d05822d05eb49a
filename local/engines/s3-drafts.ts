import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ChecksumAlgorithm, type Measured, measure } from './s3-checksum.ts';

/** Bytes that were received whole and are on disk, but are no object yet. */
export type Draft = Measured & { readonly name: string };

export type Drafts = {
  /**
   * Writes a stream down, chunk by chunk. Throws EntityTooLarge for more than `maxBytes`, and whatever the stream throws;
   * then nothing is left behind.
   */
  write(source: AsyncIterable<Buffer>, algorithms: readonly ChecksumAlgorithm[], maxBytes: number): Promise<Draft>;
  pathOf(name: string): string;
  /** Moves a draft to its place. */
  move(name: string, path: string): void;
  drop(name: string): Promise<void>;
  names(): readonly string[];
};

export function draftsIn(folder: string, isDurable: boolean): Drafts {
  mkdirSync(folder, { recursive: true });
  const pathOf = (name: string): string => join(folder, name);

  return {
    async write(source, algorithms, maxBytes) {
      const name = randomUUID();
      const file = await open(pathOf(name), 'wx', 0o600);
      try {
        const measured = await measure(source, algorithms, maxBytes, (chunk) => file.writeFile(chunk));
        if (isDurable) await file.datasync();
        return { name, ...measured };
      } catch (error) {
        await rm(pathOf(name), { force: true });
        throw error;
      } finally {
        await file.close();
      }
    },
    pathOf,
    move: (name, path) => renameSync(pathOf(name), path),
    drop: (name) => rm(pathOf(name), { force: true }),
    names: () => readdirSync(folder),
  };
}

/** Drafts that nothing refers to: what was being received when the process died. */
export function dropStrays(drafts: Drafts, isWanted: (name: string) => boolean): void {
  for (const name of drafts.names()) if (!isWanted(name)) rmSync(drafts.pathOf(name), { force: true });
}
