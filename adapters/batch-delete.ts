import { setTimeout as sleep } from 'node:timers/promises';
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { DocumentClient } from './dynamodb.ts';
import { backoffMs } from './dynamodb.ts';

/** DynamoDB: at most 25 items in one BatchWriteItem. */
const MAX_KEYS = 25;
const MAX_REFUSALS = 8;

type Key = Readonly<Record<string, unknown>>;

/** Deletes the items under these keys. What an answer leaves out is asked for again; throws where that goes on. */
export async function batchDelete(client: DocumentClient, table: string, keys: readonly Key[]): Promise<void> {
  let pending = keys;
  let refusals = 0;
  while (pending.length > 0) {
    const requests = pending.slice(0, MAX_KEYS).map((key) => ({ DeleteRequest: { Key: { ...key } } }));
    const answer = await client.send(new BatchWriteCommand({ RequestItems: { [table]: requests } }));
    const left = (answer.UnprocessedItems?.[table] ?? []).flatMap(({ DeleteRequest }) => DeleteRequest?.Key ?? []);
    pending = [...left, ...pending.slice(MAX_KEYS)];
    refusals = left.length === 0 ? 0 : refusals + 1;
    if (refusals > MAX_REFUSALS)
      throw new Error(`ProvisionedThroughputExceeded: ${table} did not delete ${left.length}`);
    if (refusals > 0) await sleep(backoffMs(refusals));
  }
}
