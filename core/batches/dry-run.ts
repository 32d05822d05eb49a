import { MAX_ROWS } from './batch.ts';
import type { CheckDeps, RawRow, Terms } from './check-row.ts';
import { checkRow } from './check-row.ts';
import { UnreadableInput } from './plan-batch.ts';
import type { RowError } from './row.ts';
import { isRow } from './row.ts';

/** What is told of more than these is how many they are. */
export const MAX_TOLD_ERRORS = 1_000;
/** A caller waits for the answer; API Gateway does so for 29 seconds. */
const WORK_MS = 20_000;

export type DryRun = {
  /** Rows that were looked at. */
  readonly total: number;
  readonly valid: number;
  /** The first of them. */
  readonly errors: readonly RowError[];
  /** False where not all rows were looked at: there are too many, or it took too long. */
  readonly isComplete: boolean;
};

/**
 * What planning a batch of these rows would find; nothing is made. Whether an alias is free, a short code is there and a code scans
 * shows only when it is made. Of an input that cannot be read the error tells where.
 */
export async function dryRun(
  deps: CheckDeps & { readonly nowMs: () => number },
  rows: AsyncIterable<RawRow> | Iterable<RawRow>,
  { mayMakeLinks }: Pick<Terms, 'mayMakeLinks'>,
): Promise<DryRun> {
  const startedAtMs = deps.nowMs();
  const counts = { total: 0, valid: 0 };
  const errors: RowError[] = [];
  const tell = (more: readonly RowError[]): void => {
    errors.push(...more.slice(0, MAX_TOLD_ERRORS - errors.length));
  };
  try {
    for await (const raw of rows) {
      if (counts.total === MAX_ROWS || deps.nowMs() - startedAtMs > WORK_MS)
        return { ...counts, errors, isComplete: false };
      counts.total += 1;
      const row = await checkRow(deps, raw, { mayMakeLinks, nowMs: startedAtMs });
      if (isRow(row)) counts.valid += 1;
      else tell(row);
    }
  } catch (error) {
    if (!(error instanceof UnreadableInput)) throw error;
    tell([error.told]);
    return { ...counts, errors, isComplete: false };
  }
  return { ...counts, errors, isComplete: true };
}
