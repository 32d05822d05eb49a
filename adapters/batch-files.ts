import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { batchPrefix } from '../core/batches/batch-files.ts';
import type { BatchFiles } from '../core/batches/batch-store.ts';

const CONNECTION_TIMEOUT_MS = 1_000;
/** Parts of a file that are in memory at the same time: two of 8 MB. */
const PART_BYTES = 8 * 1024 * 1024;
const PARTS_AT_ONCE = 2;

export const batchesS3 = (): S3Client =>
  new S3Client({ maxAttempts: 5, requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS } });

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
    downloadUrl: ({ key, fileName, contentType }, lifetimeS) =>
      getSignedUrl(
        client,
        new GetObjectCommand({
          Bucket: bucket,
          Key: key,
          ResponseContentDisposition: `attachment; filename="${fileName}"`,
          ResponseContentType: contentType,
        }),
        { expiresIn: lifetimeS },
      ),

    async write(key, contentType, pieces) {
      let bytes = 0;
      async function* measured(): AsyncGenerator<Uint8Array> {
        for await (const piece of pieces) {
          bytes += piece.byteLength;
          yield piece;
        }
      }
      const upload = new Upload({
        client,
        params: { Bucket: bucket, Key: key, ContentType: contentType, Body: Readable.from(measured()) },
        partSize: PART_BYTES,
        queueSize: PARTS_AT_ONCE,
        // The bucket's own rule removes the parts of what broke off; so nobody needs the right to.
        leavePartsOnError: true,
      });
      await upload.done();
      return { bytes };
    },

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
      const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: batchPrefix(batch) });
      for await (const { Contents = [] } of pages) {
        const Objects = Contents.filter(({ Key }) => !except.includes(Key ?? '')).map(({ Key }) => ({ Key }));
        if (Objects.length === 0) continue;
        const { Errors = [] } = await client.send(
          new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
        );
        if (Errors.length > 0)
          throw new Error(`${Errors.length} files of a batch were not removed: ${Errors[0]?.Code}`);
      }
    },

    async removeOne(key) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    },
  };
}
