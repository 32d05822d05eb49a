/**
 * ★ Fact file: what is known of a click, once. The event on the stream, the enriched row, the counters, the Parquet files,
 * the Glue table and the SQL are made from these lists; a column added here reaches all of them.
 *
 * Columns `seen` by the redirect travel on the stream. `user_agent` and nothing else of them ends there: the follower
 * reads it into the `told` columns, and no file and no table has it.
 */
type ColumnType = 'string' | 'timestamp_ms' | 'boolean' | 'strings';

export const SEEN_COLUMNS = {
  /** 26 characters, time-ordered, minted at the redirect: the identity that makes counting exact. */
  id: 'string',
  /** Id of the short domain, `default` for the stage's own. */
  domain: 'string',
  code: 'string',
  workspace_id: 'string',
  /** The link's tags at the time of the visit. */
  tags: 'strings',
  /** Epoch milliseconds of the visit: decides hour and day, never the arrival time. */
  at_ms: 'timestamp_ms',
  /** `click`, or `scan` of a QR code. */
  source: 'string',
  /** Where the QR code that was scanned hangs; empty for clicks. */
  placement: 'string',
  /** ISO 3166-1 alpha-2, or `ZZ` where CloudFront could not tell. */
  country: 'string',
  /** CloudFront's region code (ISO 3166-2 subdivision) and city name; empty where unknown. */
  region: 'string',
  city: 'string',
  /** CloudFront's guess at the device class, corrected by the user agent. */
  device: 'string',
  /** Host of the page that linked here; empty without one. */
  referrer: 'string',
  utm_source: 'string',
  utm_medium: 'string',
  utm_campaign: 'string',
  utm_term: 'string',
  utm_content: 'string',
  /** First language asked for, `de-AT`; empty where none. */
  language: 'string',
  /**
   * HMAC-SHA-256 of address and user agent, 16 characters of base64url, keyed with a salt that lives for one UTC day: the
   * same visitor on one day, nobody on the next. Empty where there was no salt.
   */
  visitor: 'string',
} as const satisfies Record<string, ColumnType>;

/** What the follower reads out of the user agent. */
export const TOLD_COLUMNS = {
  os: 'string',
  browser: 'string',
  /** The app whose built-in browser it was, `Instagram`; empty for a browser of its own. */
  in_app: 'string',
  bot: 'boolean',
  /** What kind of machine: `crawler`, `preview`, `monitor`, `script`, `empty`; empty for people. */
  bot_class: 'string',
  /** The rule that said so, with the version of its list: `isbot@5.2.3:googlebot`. */
  bot_rule: 'string',
} as const satisfies Record<string, ColumnType>;

/** A click as counters, files, tables and queries have it, in this order. */
export const CLICK_COLUMNS = { ...SEEN_COLUMNS, ...TOLD_COLUMNS } as const;

type ColumnTypes = { string: string; timestamp_ms: number; boolean: boolean; strings: readonly string[] };

export const DEVICES = ['mobile', 'tablet', 'desktop', 'tv', 'unknown'] as const;
export type Device = (typeof DEVICES)[number];
export const CLICK_SOURCES = ['click', 'scan'] as const;
export type ClickSource = (typeof CLICK_SOURCES)[number];
export const BOT_CLASSES = ['crawler', 'preview', 'monitor', 'script', 'empty'] as const;
export type BotClass = (typeof BOT_CLASSES)[number];

type Row<Columns extends Readonly<Record<string, ColumnType>>> = {
  readonly [Column in keyof Columns]: ColumnTypes[Columns[Column]];
};
type Typed<R> = Omit<R, 'device' | 'source'> & { readonly device: Device; readonly source: ClickSource };

/** One visit that led somewhere, as the redirect puts it on the stream. No address: what is not here is stored nowhere. */
export type ClickEvent = Typed<Row<typeof SEEN_COLUMNS>> & {
  /** At most 512 characters; on the stream only. */
  readonly user_agent: string;
};

/** The same visit as everything behind the stream knows it. */
export type Click = Typed<Row<typeof CLICK_COLUMNS>>;

/** What clicks are counted by, beside time and `source`: the dimensions of breakdowns and filters. */
export const DIMENSIONS = [
  'source',
  'placement',
  'country',
  'region',
  'city',
  'device',
  'os',
  'browser',
  'in_app',
  'referrer',
  'language',
  'utm_source',
  'utm_medium',
  'utm_campaign',
  'utm_term',
  'utm_content',
] as const satisfies readonly (keyof Click)[];
export type Dimension = (typeof DIMENSIONS)[number];
