import { Readable } from 'node:stream';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { ChildRecord } from './child-record.ts';
import type { Json } from './definition.ts';
import { WorkflowFailure } from './failure.ts';
import { clientOptions, type Doer, type TaskFacts } from './tasks.ts';

export type ResultPlace = { readonly Bucket: string; readonly Prefix?: string };

export type MapResults = {
  readonly mapRunArn: string;
  /** Those that succeeded, or the others; in the order in which they ended, from the first each time. */
  readonly records: (succeeded: boolean) => AsyncIterable<ChildRecord>;
};

type ResultFile = { readonly Key: string; readonly Size: number };

/** What AWS asks for, also where one upload in one part is enough. */
const WRITING = ['s3:AbortMultipartUpload', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:PutObject'];

/**
 * Writes `<prefix>/<run>/SUCCEEDED_0.json`, `FAILED_0.json` and `manifest.json` as AWS does, and answers what the state
 * answers then. Throws States.ResultWriterFailed.
 */
export async function writeResults(
  { Bucket, Prefix = '' }: ResultPlace,
  { mapRunArn, records }: MapResults,
  facts: TaskFacts,
  doer: Doer,
): Promise<Json> {
  const client = new S3Client(clientOptions('S3', facts, doer));
  const folder = [Prefix.replace(/\/$/, ''), mapRunArn.slice(mapRunArn.lastIndexOf(':') + 1)].filter(Boolean).join('/');
  const Key = `${folder}/manifest.json`;
  try {
    for (const action of WRITING) {
      const call = { accessKeyId: doer.accessKeyId, action, resourceArns: [`arn:aws:s3:::${Bucket}/${Key}`] };
      const decision = facts.authorize(call);
      if (!decision.allowed) throw new Error(decision.message);
    }
    const write = (name: string, all: AsyncIterable<ChildRecord>): Promise<readonly ResultFile[]> =>
      writeArray(client, { Bucket, Key: `${folder}/${name}` }, all);
    const manifest = {
      DestinationBucket: Bucket,
      MapRunArn: mapRunArn,
      ResultFiles: {
        FAILED: await write('FAILED_0.json', records(false)),
        PENDING: [],
        SUCCEEDED: await write('SUCCEEDED_0.json', records(true)),
      },
    };
    await client.send(new PutObjectCommand({ Bucket, Key, Body: JSON.stringify(manifest) }));
  } catch (error) {
    throw new WorkflowFailure('States.ResultWriterFailed', error instanceof Error ? error.message : String(error));
  } finally {
    client.destroy();
  }
  return { MapRunArn: mapRunArn, ResultWriterDetails: { Bucket, Key } };
}

/** No file where there is nothing to write. */
async function writeArray(
  client: S3Client,
  place: { readonly Bucket: string; readonly Key: string },
  records: AsyncIterable<ChildRecord>,
): Promise<readonly ResultFile[]> {
  let size = 0;
  let separator = '[';
  async function* text(): AsyncGenerator<Buffer> {
    for await (const record of records) {
      const bytes = Buffer.from(separator + JSON.stringify(record));
      separator = ',';
      size += bytes.length;
      yield bytes;
    }
    size += 1;
    yield Buffer.from(']');
  }
  const bytes = text();
  const first = await bytes.next();
  if (separator === '[') return [];
  async function* all(): AsyncGenerator<Buffer> {
    yield first.value as Buffer;
    yield* bytes;
  }
  await new Upload({ client, params: { ...place, Body: Readable.from(all()) } }).done();
  return [{ Key: place.Key, Size: size }];
}
