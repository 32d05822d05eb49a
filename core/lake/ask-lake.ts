import { Failure } from '../errors.ts';
import { failureOf } from '../reports/report-failure.ts';
import type { LakeQueries, LakeRow, QueryFailure } from './lake-queries.ts';
import type { Sql } from './sql.ts';

export type LakeDeps = {
  readonly lake: LakeQueries;
  /** Everything is in the lake so long after it was on the stream. */
  readonly lakeDelayMs: number;
  readonly nowMs: () => number;
};

/** API Gateway waits for 29 s. */
const TIMEOUT_MS = 20_000;
/** An answer this old is given again, and costs nothing. */
const MAX_AGE_MINUTES = 3;

/** Rows for somebody who waits for them. Throws QUESTION_TOO_LARGE, or SERVICE_UNAVAILABLE. */
export async function askLake({ lake }: LakeDeps, sql: Sql): Promise<readonly LakeRow[]> {
  const outcome = await lake.ask({ sql, maxAgeMinutes: MAX_AGE_MINUTES }, TIMEOUT_MS);
  if (outcome.kind === 'rows') return outcome.rows;
  throw failureFrom(outcome);
}

/** Every click that reached the stream by then is in the answers: those that are given again, too. */
export const inLakeThrough = ({ lakeDelayMs, nowMs }: LakeDeps): number =>
  nowMs() - lakeDelayMs - MAX_AGE_MINUTES * 60_000;

function failureFrom({ kind, reason }: QueryFailure): Error {
  if (kind === 'refused') return new Error(`Athena did not take a query of ours: ${reason}`);
  const isTooMuch = kind === 'too_slow' || failureOf({ error: kind, cause: reason }) !== 'internal';
  return new Failure(isTooMuch ? 'QUESTION_TOO_LARGE' : 'SERVICE_UNAVAILABLE', {}, { cause: reason });
}
