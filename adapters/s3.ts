import { S3Client } from '@aws-sdk/client-s3';

const CONNECTION_TIMEOUT_MS = 1_000;

/** The SDK's S3 client. A body takes as long as it takes, so only connecting has a limit. */
export const s3Client = (): S3Client =>
  new S3Client({ maxAttempts: 5, requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS } });
