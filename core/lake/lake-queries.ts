import type { Sql } from './sql.ts';

/** One value as Athena answers it: a text, or null. Numbers and instants are texts too. */
export type LakeRow = Readonly<Record<string, string | null>>;

export type LakeQuery = {
  readonly sql: Sql;
  /** An answer this old will do; 0 asks anew. Athena keeps answers for at most 7 days. */
  readonly maxAgeMinutes: number;
};

/** What became of a query, as Athena tells it. */
export type QueryFailure = {
  /**
   * `refused`: not begun, its SQL is no SQL. `failed`: the SQL is wrong, or Athena could not. `cancelled`: by somebody, or because it
   * read more than the workgroup allows. `too_slow`: cancelled by us.
   */
  readonly kind: 'refused' | 'failed' | 'cancelled' | 'too_slow';
  /** Athena's own sentence. */
  readonly reason: string;
};

export type QueryOutcome =
  | { readonly kind: 'rows'; readonly rows: readonly LakeRow[]; readonly scannedBytes: number }
  | QueryFailure;

/** The lake, asked in SQL. */
export type LakeQueries = {
  /**
   * Runs a query and waits for all its rows, for answers that are small. A query that takes longer than `timeoutMs` is cancelled
   * and is `too_slow`. Rejects where Athena itself does not answer.
   */
  ask(query: LakeQuery, timeoutMs: number): Promise<QueryOutcome>;
};
