import { paginateListObjectsV2, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';

/** An object as it was listed; a version is an ETag. */
export type ListedObject = {
  readonly key: string;
  readonly version: string;
  readonly sizeBytes: number;
  readonly writtenAtMs: number;
};

/** The objects whose keys begin with a prefix, behind `lastKey`, in the order of keys and a thousand at a time. */
export async function* objectsBelow(
  client: S3Client,
  bucket: string,
  prefix: string,
  lastKey?: string,
): AsyncGenerator<ListedObject> {
  const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix, StartAfter: lastKey });
  for await (const { Contents = [] } of pages)
    for (const { Key: key = '', ETag: version = '', Size: sizeBytes = 0, LastModified } of Contents)
      yield { key, version, sizeBytes, writtenAtMs: LastModified?.getTime() ?? 0 };
}

/** Whether S3 did not write, because the object has another version by now than was named. */
export const isOtherVersion = (error: unknown): boolean =>
  error instanceof S3ServiceException && error.$metadata.httpStatusCode === 412;
