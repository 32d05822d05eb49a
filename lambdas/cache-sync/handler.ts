import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import type { HotLink } from '../../core/links/hot-link.ts';
import { encodeHotLink } from '../../core/links/hot-link.ts';
import { ENTRY_TTL_MS, hotLinkKey } from '../../core/links/hot-links.ts';

/** A stream image as a link, and the writer of the cache. */
export type CacheSyncDeps = {
  /** Null for an image that is no link. */
  readonly toLink: (image: unknown) => { readonly domain: string; readonly link: HotLink } | null;
  /** Overwrites: the stream tells changes in order, so the latest is right. Throws when the cache does not answer. */
  readonly put: (key: string, entry: string, ttlMs: number) => Promise<void>;
};

/**
 * Carries every change of a link into the shared cache. Of several changes of one link in a batch only the last is
 * written. A deleted link is written too: its tombstone keeps a late reader from filling in the former link.
 */
export const cacheSyncHandler =
  (deps: CacheSyncDeps) =>
  async (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const latest = new Map<string, string>();
    for (const { dynamodb } of event.Records) {
      const changed = deps.toLink(dynamodb?.NewImage);
      if (changed !== null) latest.set(hotLinkKey(changed.domain, changed.link.code), encodeHotLink(changed.link));
    }
    try {
      await Promise.all([...latest].map(([key, entry]) => deps.put(key, entry, ENTRY_TTL_MS)));
      return { batchItemFailures: [] };
    } catch (error) {
      console.error(JSON.stringify({ message: 'cache not in step', error: String(error) }));
      return { batchItemFailures: [{ itemIdentifier: event.Records[0]?.dynamodb?.SequenceNumber ?? '' }] };
    }
  };
