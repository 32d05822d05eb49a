import type { S3Client } from '@aws-sdk/client-s3';
import type { SignDownload } from '../core/download.ts';
import { signedUrl } from './signed-url.ts';

/** URLs for files of the bucket. */
export const downloads =
  (client: S3Client, bucket: string, nowMs: () => number): SignDownload =>
  ({ key, fileName, contentType }, keptUntilMs) => {
    const ResponseContentDisposition = `attachment; filename="${fileName}"`;
    const object = { Bucket: bucket, Key: key, ResponseContentDisposition, ResponseContentType: contentType };
    return signedUrl(client, object, nowMs(), keptUntilMs);
  };
