import type { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
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

    async copy({ key, version }, to) {
      const source = { CopySource: `${bucket}/${key}`, CopySourceIfMatch: `"${version}"` };
      try {
        await client.send(new CopyObjectCommand({ Bucket: bucket, Key: to, ...source }));
        return true;
      } catch (error) {
        if (error instanceof S3ServiceException && ['NoSuchKey', 'PreconditionFailed'].includes(error.name))
          return false;
        throw error;
      }
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
