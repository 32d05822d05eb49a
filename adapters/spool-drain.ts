import { setTimeout as sleep } from 'node:timers/promises';
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { parseClickEvent } from '../core/clicks/click-record.ts';
import { MAX_COMMIT } from '../core/clicks/group-commit.ts';
import type { SpoolDrain, SpooledLine } from '../core/clicks/spool-drain.ts';
import { partitionKeyOf } from './click-stream.ts';
import type { DocumentClient } from './dynamodb.ts';
import { backoffMs } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';
import { spooledClicksKey } from './table.ts';

const MAX_ATTEMPTS = 5;
/** DynamoDB: at most 25 items in one BatchWriteItem. */
const MAX_DELETES = 25;

/** Shard of lines that are no click to this version: they go on, whole, and end among the failed records. */
const UNREADABLE = 'unreadable';

/** Spooled clicks as they go back: what `encodeSpooledClicks` wrote, line by line. */
export const parseSpooledClicks = (lines: string): readonly SpooledLine[] =>
  lines.split('\n').map((line) => {
    const event = parseClickEvent(line);
    return { line, partitionKey: event === null ? UNREADABLE : partitionKeyOf(event.seen) };
  });

/** Many spooled batches share a PutRecords: after an outage of a minute there are thousands of them. */
export function spoolDrain(
  client: DocumentClient,
  kinesis: KinesisClient,
  env: FunctionEnv<'spool-to-stream'>,
): SpoolDrain {
  return {
    parse: (pk, lines) => ({ pk, lines: parseSpooledClicks(lines) }),
    async drain(batches) {
      const lines = batches.flatMap((batch) => batch.lines);
      for (const together of inGroupsOf(MAX_COMMIT, lines)) await putOnStream(kinesis, env.CLICK_STREAM, together);
      const keys = batches.map(({ pk }) => ({ pk }));
      for (const together of inGroupsOf(MAX_DELETES, keys)) await forget(client, env.CLICK_SPOOL_TABLE, together);
    },
  };
}

async function putOnStream(kinesis: KinesisClient, StreamName: string, lines: readonly SpooledLine[]): Promise<void> {
  let rest = lines;
  for (let attempt = 0; rest.length > 0; attempt += 1) {
    if (attempt === MAX_ATTEMPTS) throw new Error(`The stream refused ${rest.length} spooled clicks`);
    if (attempt > 0) await sleep(backoffMs(attempt + 2));
    const Records = rest.map(({ line, partitionKey }) => ({ Data: Buffer.from(line), PartitionKey: partitionKey }));
    const answer = await kinesis.send(new PutRecordsCommand({ StreamName, Records }));
    rest = rest.filter((_, index) => answer.Records?.[index]?.ErrorCode !== undefined);
  }
}

type SpoolKey = ReturnType<typeof spooledClicksKey>;

/** What a throttled table leaves over goes by its time to live. */
async function forget(client: DocumentClient, table: string, keys: readonly SpoolKey[]): Promise<void> {
  let rest = keys;
  for (let attempt = 0; rest.length > 0 && attempt < MAX_ATTEMPTS; attempt += 1) {
    if (attempt > 0) await sleep(backoffMs(attempt + 2));
    const requests = rest.map((Key) => ({ DeleteRequest: { Key } }));
    const answer = await client.send(new BatchWriteCommand({ RequestItems: { [table]: requests } }));
    rest = (answer.UnprocessedItems?.[table] ?? []).map(({ DeleteRequest }) => DeleteRequest?.Key as SpoolKey);
  }
}

const inGroupsOf = <T>(size: number, items: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
