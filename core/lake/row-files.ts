import { dayOf } from '../clicks/counters.ts';
import { DAY_MS } from '../clicks/time-zone.ts';
import { CLICKS_PREFIX } from './clicks-table.ts';
import { ROLL_UPS_PREFIX } from './roll-ups-table.ts';

/** A file of the lake in the version that was listed. */
export type LakeFile = { readonly key: string; readonly version: string; readonly sizeBytes: number };

/** The files of the lake: rows of clicks and roll-ups, and what Firehose filed because it was no row. */
export type RowFiles = {
  /** The days (`2026-11-21`) that have files below the prefix of a table, in order. */
  days(prefix: string): Promise<readonly string[]>;
  below(prefix: string): AsyncIterable<LakeFile>;
  /**
   * Replaces the file by one without the rows of these workspaces, or removes it where no row is left. Answers how many rows
   * of which workspace there were; null where somebody else replaced it meanwhile, and nothing was done.
   */
  eraseRows(file: LakeFile, workspaceIds: ReadonlySet<string>): Promise<ReadonlyMap<string, number> | null>;
  remove(file: LakeFile): Promise<void>;
};

/**
 * Removes what is older than rows are kept, a day after the bucket would have: for the bucket, a file that was rewritten is
 * new. Answers how many files that were.
 */
export async function removeOutlived(files: RowFiles, keptDays: number, nowMs: number): Promise<number> {
  const firstKept = dayOf(nowMs - (keptDays + 1) * DAY_MS);
  let removed = 0;
  for (const prefix of [CLICKS_PREFIX, ROLL_UPS_PREFIX]) {
    const outlived = (await files.days(prefix)).filter((day) => day < firstKept);
    for (const day of outlived) {
      for await (const file of files.below(`${prefix}dt=${day}/`)) {
        await files.remove(file);
        removed += 1;
      }
    }
  }
  return removed;
}
