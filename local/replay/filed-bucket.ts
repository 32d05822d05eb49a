import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';

/** A bucket in which failed records are filed, as far as a replay needs it. */
export type FiledBucket = {
  list(prefix: string): AsyncIterable<string>;
  get(key: string): Promise<Buffer>;
  put(key: string, body: Buffer): Promise<void>;
  remove(key: string): Promise<void>;
};

export type ReplayDeps = {
  readonly bucket: FiledBucket;
  /** Told a line for each object of which records are left, and why. */
  readonly tell: (line: string) => void;
};

/** What a replay came to: how many records are done with, and how many stay filed. */
export type Replayed = { readonly done: number; readonly left: number };

export const NOTHING_REPLAYED: Replayed = { done: 0, left: 0 };

export const together = (a: Replayed, b: Replayed): Replayed => ({ done: a.done + b.done, left: a.left + b.left });

/** A bucket of S3, or of what answers as S3. */
export const s3FiledBucket = (client: S3Client, Bucket: string): FiledBucket => ({
  async *list(Prefix) {
    for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix })) {
      for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key;
    }
  },
  async get(Key) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  },
  async put(Key, Body) {
    await client.send(new PutObjectCommand({ Bucket, Key, Body }));
  },
  async remove(Key) {
    await client.send(new DeleteObjectCommand({ Bucket, Key }));
  },
});
