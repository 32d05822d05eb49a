import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { LakeBucket } from './replay.ts';

/** A lake in S3, or in what answers as S3. */
export const s3LakeBucket = (client: S3Client, Bucket: string): LakeBucket => ({
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
