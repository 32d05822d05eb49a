import {
  GetObjectCommand,
  type GetObjectCommandInput,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3';
import { type S3Engine, startS3 } from '../../../local/engines/s3.ts';
import type { BucketDefinition } from '../../../local/engines/s3-call.ts';
import { CLIENT, CREDENTIALS, everyone } from './everyone.ts';

export const BUCKET = 'lake';

export type S3Bench = {
  readonly engine: S3Engine;
  readonly client: S3Client;
  readonly root: string;
  /** What the engine takes for now; to be moved. */
  readonly clock: { nowMs: number };
};

export type BenchOptions = Partial<Omit<Parameters<typeof startS3>[0], 'root' | 'buckets'>> & {
  readonly buckets?: readonly Partial<BucketDefinition>[];
};

/** An S3 with one bucket and a client, for as long as `use` takes. The clock stands still unless it is moved. */
export async function withS3(
  root: string,
  use: (bench: S3Bench) => Promise<void>,
  { buckets = [{}], ...options }: BenchOptions = {},
): Promise<void> {
  const clock = { nowMs: Date.now() };
  const engine = await startS3({
    root,
    isDurable: false,
    buckets: buckets.map((bucket) => ({ name: BUCKET, cors: [], expiry: [], ...bucket })),
    authorize: everyone,
    secretFor: (accessKeyId) => (accessKeyId === CREDENTIALS.accessKeyId ? CREDENTIALS.secretAccessKey : undefined),
    nowMs: () => clock.nowMs,
    ...options,
  });
  const client = new S3Client({ ...CLIENT, endpoint: engine.url });
  try {
    await use({ engine, client, root, clock });
  } finally {
    client.destroy();
    await engine.close();
  }
}

/** Of `hello`, which `put` puts where it is told nothing else. */
export const HELLO_TAG = '"5d41402abc4b2a76b9719d911017c592"';

export const put = ({ client }: S3Bench, Key: string, input: Partial<PutObjectCommandInput> = {}) =>
  client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: 'hello', ...input }));
export const get = async ({ client }: S3Bench, Key: string, input: Partial<GetObjectCommandInput> = {}) => {
  const answer = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key, ...input }));
  return { ...answer, text: await answer.Body?.transformToString() };
};

/** An error of the SDK. */
export const refusal = (name: string, status?: number) =>
  expect.objectContaining({
    name,
    ...(status !== undefined && { $metadata: expect.objectContaining({ httpStatusCode: status }) as unknown }),
  }) as unknown;
