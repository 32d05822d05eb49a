import type { LakeQueries, LakeRow } from './lake-queries.ts';
import type { Sql } from './sql.ts';

/** Longer than Athena takes for a day of clicks. */
const PATIENCE_MS = 300_000;

/** The rows of a question, asked anew. Throws where the lake does not answer it. */
export async function rowsAsked(lake: LakeQueries, question: Sql): Promise<readonly LakeRow[]> {
  const outcome = await lake.ask({ sql: question, maxAgeMinutes: 0 }, PATIENCE_MS);
  if (outcome.kind !== 'rows') throw new Error(`The lake did not answer, ${outcome.kind}: ${outcome.reason}`);
  return outcome.rows;
}

/** `2026-11-21T14` of an hour as it is answered: `2026-11-21 14:00:00.000`, with fewer zeros or more. */
export const hourAnswered = (row: LakeRow): string => (row['clicked_hour'] ?? '').slice(0, 13).replace(' ', 'T');
