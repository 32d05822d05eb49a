import type { Readable } from 'node:stream';
import { DeleteObjectCommand, GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { batchPrefix } from '../core/batches/batch-files.ts';
import type { BatchFiles } from '../core/batches/batch-store.ts';
import { eraseObjects } from './erase-objects.ts';
import { objectsBelow } from './objects-below.ts';
import { uploadPieces } from './piecewise-upload.ts';

/** Files of batches in the uploads bucket. */
export function batchFiles(client: S3Client, bucket: string): BatchFiles {
  const get = async (key: string, Range?: string) => {
    try {
      return (await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range }))).Body ?? null;
    } catch (error) {
      if (error instanceof NoSuchKey) return null;
      throw error;
    }
  };

  return {
    write: (key, contentType, pieces) => uploadPieces(client, { bucket, key, contentType }, pieces),

    async put(key, bytes) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }));
    },

    async read(key, part) {
      const range = part === undefined ? undefined : `bytes=${part.from}-${part.from + part.bytes - 1}`;
      return (await (await get(key, range))?.transformToByteArray()) ?? null;
    },

    async stream(key) {
      return (await get(key)) as Readable | null;
    },

    async remove(batch, except) {
      const keys: string[] = [];
      for await (const { key } of objectsBelow(client, bucket, batchPrefix(batch)))
        if (!except.includes(key)) keys.push(key);
      await eraseObjects(client, bucket, keys);
    },

    async removeOne(key) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    },
  };
}
