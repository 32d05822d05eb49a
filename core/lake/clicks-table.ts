import { CLICK_COLUMNS } from '../clicks/row.ts';

/**
 * ★ Fact file: how clicks lie in the lake. The rows that Firehose is given, the Glue table, the Parquet files of the laptop
 * and every query are made from these; what a click is says `core/clicks/row.ts` alone.
 */

/** Types by their Glue (Hive) names. */
export type LakeType = 'string' | 'timestamp' | 'boolean' | 'bigint' | 'array<string>';
export type LakeColumn = { readonly name: string; readonly type: LakeType };

const LAKE_TYPES = {
  string: 'string',
  timestamp_ms: 'timestamp',
  boolean: 'boolean',
  strings: 'array<string>',
} as const satisfies Record<(typeof CLICK_COLUMNS)[keyof typeof CLICK_COLUMNS], LakeType>;

/** A timestamp has no unit, and `at` alone is a word of SQL that DuckDB does not take for a name. */
export const lakeNameOf = (column: string): string => (column === 'at_ms' ? 'clicked_at' : column);

/** The columns of the clicks table, in order; its partitions come on top. */
export const LAKE_COLUMNS: readonly LakeColumn[] = Object.entries(CLICK_COLUMNS).map(([column, type]) => ({
  name: lakeNameOf(column),
  type: LAKE_TYPES[type],
}));

export const CLICKS_TABLE = 'clicks';
/** Where the table's files are; below it `dt=2026-03-12/hr=09/`. */
export const CLICKS_PREFIX = `${CLICKS_TABLE}/`;

/**
 * Partitions go by arrival in UTC, because Firehose knows nothing else: a query by visit time looks further to both sides
 * (`clicks-between.ts`).
 */
export const LAKE_PARTITIONS = { dt: 'string', hr: 'int' } as const;

/**
 * Where Firehose puts what it could not make a row of, below prefixes of its own naming: what the transform refused or
 * failed at, and what did not fit the table.
 */
export const FAILURE_PREFIXES = ['processing-failed/', 'format-conversion-failed/'] as const;
