import { hash } from 'node:crypto';
import type { LedgerName } from './ledger.ts';
import type { Click } from './row.ts';

/**
 * A click belongs to one window in each ledger, found from the click alone: its link's bucket and the second of its own time.
 * The window remembers the ids it has counted.
 */
export type WindowKey = { readonly ledger: LedgerName; readonly bucket: number; readonly startS: number };
/** What a window has counted; `version` 0 where it does not exist yet. */
export type CountedWindow = { readonly key: WindowKey; readonly ids: ReadonlySet<string>; readonly version: number };

export const WINDOW_S = 1;
/**
 * A window lives at least this long after it counted. A click may be a week in the spool, a day on the stream and a month among the
 * records that were given up on: whatever can still come back is known.
 */
export const WINDOW_LIFETIME_S = 40 * 86_400;
/** More than clocks are apart, and than it takes from looking at a click to writing its window. */
const FORGETTING_MARGIN_MS = 86_400_000;
/** A power of two up to 256. */
export const BUCKETS = 16;
/**
 * A window is stored in parts of this many ids, so that one that a hot link fills stays writable (an item has at most
 * 400 KB) and each transaction rewrites one part, not all. A transaction adds at most one part's worth of clicks.
 */
export const WINDOW_PART_IDS = 2_000;

export const windowName = ({ ledger, bucket, startS }: WindowKey): string => `${ledger}/${bucket}@${startS}`;

/** Whether the window of a click may be gone: it could have been counted, and nobody would know. */
export const isForgotten = ({ at_ms }: Pick<Click, 'at_ms'>, nowMs: number): boolean =>
  at_ms < nowMs - WINDOW_LIFETIME_S * 1_000 + FORGETTING_MARGIN_MS;

export const windowStartOf = (atMs: number): number => Math.floor(atMs / 1_000 / WINDOW_S) * WINDOW_S;

/**
 * Kinesis gives each shard a range of the MD5 of the partition key, which is the link's name. The first bits of the same hash make
 * buckets that lie within one shard, while there are 16 shards or fewer, so consumers of different shards do not meet in a
 * window. Not a secret.
 */
export const bucketOf = ({ domain, code }: Pick<Click, 'domain' | 'code'>): number =>
  Number.parseInt(hash('md5', `${domain}/${code}`).slice(0, 2), 16) >> (8 - Math.log2(BUCKETS));

/** Within a window the random half of the id tells clicks apart: 80 bits among some thousands. */
export const countedId = (click: Pick<Click, 'id'>): string => click.id.slice(10);
