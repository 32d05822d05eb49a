import type { S3Client } from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import type { SignForm } from '../core/upload-form.ts';
import { signingTerm } from './signing-term.ts';

/** Forms for the bucket, signed in the function's own name: who has one may write that object, and S3 holds them to its terms. */
export const uploadForms =
  (client: S3Client, bucket: string, nowMs: () => number): SignForm =>
  async ({ key, contentType, minBytes, maxBytes }) => {
    const { lifetimeS, expiresAtMs } = await signingTerm(client, nowMs());
    const { url, fields } = await createPresignedPost(client, {
      Bucket: bucket,
      Key: key,
      Fields: { 'Content-Type': contentType },
      Conditions: [
        ['eq', '$Content-Type', contentType],
        ['content-length-range', minBytes, maxBytes],
      ],
      Expires: lifetimeS,
    });
    return { url, fields, expiresAtMs };
  };
