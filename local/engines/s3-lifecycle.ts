import { setImmediate } from 'node:timers/promises';
import type { BucketDefinition } from './s3-call.ts';
import { ANY_OBJECT, type ObjectStore } from './s3-store.ts';
import { endUpload } from './s3-uploads.ts';

/** What a bucket's lifecycle does with what is below a prefix. */
export type ExpiryRule = {
  readonly prefix: string;
  /** Age at which objects go; null is never. */
  readonly days: number | null;
  /** Age at which uploads go that were never completed; null is never. */
  readonly abortUploadsAfterDays: number | null;
};

const DAY_MS = 86_400_000;
const BATCH = 200;

/** Deletes what the buckets' rules say is old enough, in small steps: everything else goes on in between. */
export async function sweepBuckets(
  buckets: readonly BucketDefinition[],
  store: ObjectStore,
  nowMs: number,
): Promise<void> {
  for (const { name, expiry } of buckets) {
    for (const { prefix, days, abortUploadsAfterDays } of expiry) {
      if (days !== null) await expireObjects(store, name, prefix, (sinceMs) => isDue(sinceMs, days, nowMs));
      if (abortUploadsAfterDays === null) continue;
      const old = store.index
        .uploads()
        .filter((upload) => upload.bucket === name && upload.key.startsWith(prefix))
        .filter(({ startedAtMs }) => isDue(startedAtMs, abortUploadsAfterDays, nowMs));
      for (const { id } of old) await endUpload(store, id);
    }
  }
  await store.synced();
}

async function expireObjects(
  store: ObjectStore,
  bucket: string,
  prefix: string,
  isOld: (modifiedAtMs: number) => boolean,
): Promise<void> {
  let from = Buffer.from(prefix);
  for (let isFromExcluded = false; ; isFromExcluded = true) {
    const batch = store.index.range(bucket, { from, isFromExcluded, to: null }, BATCH);
    const ours = batch.filter(({ key }) => key.startsWith(prefix));
    for (const { key, modifiedAtMs } of ours) if (isOld(modifiedAtMs)) store.remove(bucket, key, ANY_OBJECT);
    const last = batch.at(-1);
    if (last === undefined || ours.length < batch.length) return;
    from = Buffer.from(last.key);
    await setImmediate();
  }
}

/** S3 counts days to the next midnight UTC. */
const isDue = (sinceMs: number, days: number, nowMs: number): boolean =>
  nowMs >= Math.ceil((sinceMs + days * DAY_MS) / DAY_MS) * DAY_MS;
