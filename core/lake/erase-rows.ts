import { CLICKS_PREFIX, FAILURE_PREFIXES } from './clicks-table.ts';
import { arrivalHoursOf, type Days, rolledUpHoursOf } from './hours-of-workspaces.ts';
import type { LakeQueries } from './lake-queries.ts';
import { ROLL_UPS_PREFIX, rollUpKey } from './roll-ups-table.ts';
import type { RowErasure, RowErasures } from './row-erasure.ts';
import { isDue, isLastLook } from './row-erasure.ts';
import type { RowFiles } from './row-files.ts';
import { removeOutlived } from './row-files.ts';
import { hourAnswered, rowsAsked } from './rows-asked.ts';

export type EraseRowsDeps = {
  readonly lake: LakeQueries;
  readonly files: RowFiles;
  readonly erasures: RowErasures;
  /** Rows are kept for so many days. */
  readonly keptDays: number;
  readonly nowMs: () => number;
};

/** How many workspaces were due, how many rows of theirs left how many files, and whether nothing was left to a later run. */
export type ErasedRows = {
  readonly workspaces: number;
  readonly files: number;
  readonly rows: number;
  /** Files that were older than rows are kept. */
  readonly outlived: number;
  readonly isDone: boolean;
};

const WORKSPACES_AT_ONCE = 200;
/** A query reads one column of a month; a year of them at once may be more than the workgroup lets a query read. */
const DAYS_AT_ONCE = 31;

/**
 * Takes the rows of erased workspaces out of the lake: files are found by asking it, and each is replaced by one without
 * them. A workspace is done with when a run finds nothing of it, so whatever was killed, left to the next run, or written by
 * somebody else meanwhile is found again. Throws where the lake does not answer.
 */
export async function eraseRows(deps: EraseRowsDeps, isTimeUp: () => boolean): Promise<ErasedRows> {
  const nowMs = deps.nowMs();
  const outlived = await removeOutlived(deps.files, deps.keptDays, nowMs);
  const due = (await deps.erasures.all()).filter((erasure) => isDue(erasure, nowMs));
  const done = { workspaces: due.length, files: 0, rows: 0, outlived };
  for (let index = 0; index < due.length; index += WORKSPACES_AT_ONCE) {
    const batch = due.slice(index, index + WORKSPACES_AT_ONCE);
    const found = await eraseBatch(deps, batch, isTimeUp);
    done.files += found.files;
    done.rows += [...found.rows.values()].reduce((sum, rows) => sum + rows, 0);
    if (!found.isWhole) return { ...done, isDone: false };
    for (const erasure of batch.filter(({ workspaceId }) => !found.rows.has(workspaceId)))
      await (isLastLook(erasure, nowMs) ? deps.erasures.remove(erasure) : deps.erasures.clear(erasure));
  }
  return { ...done, isDone: true };
}

type Found = {
  readonly rows: ReadonlyMap<string, number>;
  readonly files: number;
  /** Every file that may have rows of them was looked at. */
  readonly isWhole: boolean;
};

async function eraseBatch(deps: EraseRowsDeps, batch: readonly RowErasure[], isTimeUp: () => boolean): Promise<Found> {
  const workspaceIds = new Set(batch.map(({ workspaceId }) => workspaceId));
  const rows = new Map<string, number>();
  let files = 0;
  let isWhole = true;
  for await (const prefix of placesOf(deps, [...workspaceIds])) {
    for await (const file of deps.files.below(prefix)) {
      if (isTimeUp()) return { rows, files, isWhole: false };
      const erased = await deps.files.eraseRows(file, workspaceIds);
      if (erased === null) isWhole = false;
      if (erased !== null && erased.size > 0) files += 1;
      for (const [workspaceId, count] of erased ?? []) rows.set(workspaceId, (rows.get(workspaceId) ?? 0) + count);
    }
  }
  return { rows, files, isWhole };
}

/**
 * Prefixes of the files that may have rows of them. Clicks before what is made of them: who rolls up at the same time may
 * bring a row of theirs back once, and the next run finds it. What was filed has no table, so all of it is looked at.
 */
async function* placesOf({ lake, files }: EraseRowsDeps, workspaceIds: readonly string[]): AsyncGenerator<string> {
  for (const days of someDays(await files.days(CLICKS_PREFIX)))
    for (const { dt, hr } of await rowsAsked(lake, arrivalHoursOf(workspaceIds, days)))
      yield `${CLICKS_PREFIX}dt=${dt}/hr=${String(hr).padStart(2, '0')}/`;
  for (const days of someDays(await files.days(ROLL_UPS_PREFIX)))
    for (const row of await rowsAsked(lake, rolledUpHoursOf(workspaceIds, days))) yield rollUpKey(hourAnswered(row));
  yield* FAILURE_PREFIXES;
}

function* someDays(days: readonly string[]): Generator<Days> {
  for (let index = 0; index < days.length; index += DAYS_AT_ONCE) {
    const some = days.slice(index, index + DAYS_AT_ONCE);
    yield { first: some[0] ?? '', last: some.at(-1) ?? '' };
  }
}
