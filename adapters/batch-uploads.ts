import { HeadObjectCommand, NotFound, type S3Client } from '@aws-sdk/client-s3';
import { ROW_FORMATS } from '../core/batches/batch.ts';
import type { BatchUploads } from '../core/batches/upload.ts';
import { UPLOAD_CONTENT_TYPES } from '../core/batches/upload.ts';

/** Uploads as S3 has them: nothing else is kept of them. */
export const batchUploads = (client: S3Client, bucket: string): BatchUploads => ({
  async find(key) {
    try {
      const { ContentType, ETag = '' } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
      const format = ROW_FORMATS.find((known) => UPLOAD_CONTENT_TYPES[known] === ContentType);
      return format === undefined ? null : { key, format, version: ETag.replaceAll('"', '') };
    } catch (error) {
      if (error instanceof NotFound) return null;
      throw error;
    }
  },
});
