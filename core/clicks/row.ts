/**
 * ★ Fact file: the columns of a click, once. The event on the stream, the counters, and later the Parquet files,
 * the Glue table and the SQL are made from this list; a column added here reaches all of them.
 */
export const CLICK_COLUMNS = {
  /** 26 characters, time-ordered, minted at the redirect: the identity that makes counting exact. */
  id: 'string',
  /** Id of the short domain, `default` for the stage's own. */
  domain: 'string',
  code: 'string',
  workspace_id: 'string',
  /** Epoch milliseconds of the visit: decides hour and day, never the arrival time. */
  at_ms: 'timestamp_ms',
  source: 'string',
  /** ISO 3166-1 alpha-2, or `ZZ` where CloudFront could not tell. */
  country: 'string',
  /** CloudFront's region code (ISO 3166-2 subdivision) and city name; empty where unknown. */
  region: 'string',
  city: 'string',
  device: 'string',
  bot: 'boolean',
} as const;

type ColumnTypes = { string: string; timestamp_ms: number; boolean: boolean };

export const DEVICES = ['mobile', 'tablet', 'desktop', 'tv', 'unknown'] as const;
export type Device = (typeof DEVICES)[number];
export const CLICK_SOURCES = ['click'] as const;
export type ClickSource = (typeof CLICK_SOURCES)[number];

type RawRow = { readonly [Column in keyof typeof CLICK_COLUMNS]: ColumnTypes[(typeof CLICK_COLUMNS)[Column]] };
/** One visit that led somewhere. No address, no user agent: what is not here is not stored anywhere. */
export type Click = Omit<RawRow, 'device' | 'source'> & { readonly device: Device; readonly source: ClickSource };
