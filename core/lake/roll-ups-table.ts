import type { LakeColumn } from './clicks-table.ts';

/**
 * ★ Fact file: clicks added up by the hour, so that a year of them is megabytes. The Glue table, the Parquet files and the queries are made from
 * this. Unlike clicks, these lie by when the visit was: one file per hour with clicks, written anew when a late click comes.
 */
export const ROLL_UPS_TABLE = 'roll_ups';
/** Where the table's files are; below it `dt=2026-03-12/09.parquet`. */
export const ROLL_UPS_PREFIX = 'rollups/';
/** The UTC day of the visits. */
export const ROLL_UPS_PARTITIONS = { dt: 'string' } as const;

/** What clicks are added up by, beside the hour: columns of a click, under their own names. */
export const ROLLED_UP_BY = ['workspace_id', 'domain', 'code', 'country', 'source', 'bot'] as const;

export const ROLL_UPS_COLUMNS: readonly LakeColumn[] = [
  /** Start of the hour. */
  { name: 'clicked_hour', type: 'timestamp' },
  { name: 'workspace_id', type: 'string' },
  { name: 'domain', type: 'string' },
  { name: 'code', type: 'string' },
  { name: 'country', type: 'string' },
  { name: 'source', type: 'string' },
  { name: 'bot', type: 'boolean' },
  /** Different clicks; never 0. */
  { name: 'clicks', type: 'bigint' },
];

/** The one file of an hour, `2026-03-12T09`. */
export const rollUpKey = (hour: string): string =>
  `${ROLL_UPS_PREFIX}dt=${hour.slice(0, 10)}/${hour.slice(11, 13)}.parquet`;
