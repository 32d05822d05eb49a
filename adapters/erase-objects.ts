import { DeleteObjectsCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import type { Pieces } from '../core/accounts/erasure.ts';

/** Removes every object below the prefix, a page at a time. */
export async function* eraseBelow(client: S3Client, bucket: string, prefix: string): Pieces {
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
    if (Contents.length === 0) continue;
    await eraseObjects(
      client,
      bucket,
      Contents.flatMap(({ Key }) => Key ?? []),
    );
    yield;
  }
}

/** S3 takes this many at once. */
const MAX_KEYS = 1_000;

/** Removes objects; those that are gone already do no harm. Throws where one was not removed. */
export async function eraseObjects(client: S3Client, bucket: string, keys: readonly string[]): Promise<void> {
  for (let from = 0; from < keys.length; from += MAX_KEYS) {
    const Objects = keys.slice(from, from + MAX_KEYS).map((Key) => ({ Key }));
    const { Errors = [] } = await client.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
    );
    if (Errors.length > 0) throw new Error(`${Errors.length} objects were not removed: ${Errors[0]?.Code}`);
  }
}
