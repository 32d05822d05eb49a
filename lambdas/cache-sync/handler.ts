import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import type { HotLink } from '../../core/links/hot-link.ts';
import { encodeHotLink } from '../../core/links/hot-link.ts';
import { ENTRY_TTL_MS, hotLinkKey, MISS_TTL_MS } from '../../core/links/hot-links.ts';

/** What has become of a link; `link` is null where it was taken back, and its code is free again. */
export type LinkChange = { readonly domain: string; readonly code: string; readonly link: HotLink | null };

/** A record of the stream as a change of a link, and the writer of the cache. */
export type CacheSyncDeps = {
  /** Null for a record of anything else. */
  readonly toChange: (record: { readonly Keys?: unknown; readonly NewImage?: unknown }) => LinkChange | null;
  /** Overwrites: the stream tells changes in order, so the latest is right. Throws when the cache does not answer. */
  readonly put: (key: string, entry: string, ttlMs: number) => Promise<void>;
};

/**
 * Carries every change of a link into the shared cache. Of several changes of one link in a batch only the last is
 * written. A deleted link is written too: its tombstone keeps a late reader from filling in the former link. So does, for as
 * long as a reader may be late, that there is none where it was taken back.
 */
export const cacheSyncHandler =
  (deps: CacheSyncDeps) =>
  async (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const latest = new Map<string, HotLink | null>();
    for (const { dynamodb = {} } of event.Records) {
      const change = deps.toChange(dynamodb);
      if (change !== null) latest.set(hotLinkKey(change.domain, change.code), change.link);
    }
    const put = ([key, link]: readonly [string, HotLink | null]): Promise<void> =>
      deps.put(key, encodeHotLink(link), link === null ? MISS_TTL_MS : ENTRY_TTL_MS);
    try {
      await Promise.all(Array.from(latest, put));
      return { batchItemFailures: [] };
    } catch (error) {
      console.error(JSON.stringify({ message: 'cache not in step', error: String(error) }));
      return { batchItemFailures: [{ itemIdentifier: event.Records[0]?.dynamodb?.SequenceNumber ?? '' }] };
    }
  };
