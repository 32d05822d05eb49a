import type { LiveClick } from './live-click.ts';

/** Clicks that were filed together. Entries of a workspace are numbered without gaps, in the order they were written. */
export type LiveEntry = {
  readonly number: number;
  /** Number of the entry before; 0 for the first. */
  readonly previous: number;
  readonly filedAtMs: number;
  readonly clicks: readonly LiveClick[];
};

/** Where a workspace's log ends. `number` 0 stands for a log that was never written to, or not for long. */
export type LogTail = {
  readonly number: number;
  /** Newest first. */
  readonly entries: readonly LiveEntry[];
};

/**
 * The clicks of watched workspaces, as logs that are forgotten after a while. One conditional write decides a place in a
 * log, so however many followers write at once, whoever has read up to a number has read all there is before it.
 */
export type LiveLog = {
  /** The end of the log, back to the newest entry filed before `filedSinceMs`. */
  readTail(workspaceId: string, filedSinceMs: number): Promise<LogTail>;
  /** The entries behind `number` in order, as many as one read brings. */
  readAfter(workspaceId: string, number: number): Promise<readonly LiveEntry[]>;
  /** Writes the entry behind its `previous`; false where another stands there. */
  append(workspaceId: string, entry: LiveEntry): Promise<boolean>;
};

/** How long an entry is kept: longer than anybody may be away, and than a replay is still filed. */
export const ENTRY_LIFETIME_MS = 15 * 60_000;

/**
 * The number behind `previous`. A log that was forgotten goes on at the clock, so that no number is used twice: none
 * grows by a thousand entries a second for as long as it takes to forget it.
 */
export const numberAfter = (previous: number, nowMs: number): number => (previous === 0 ? nowMs : previous + 1);
