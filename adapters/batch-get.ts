import { setTimeout as sleep } from 'node:timers/promises';
import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import type { DocumentClient } from './dynamodb.ts';
import { backoffMs } from './dynamodb.ts';

/** DynamoDB: at most 100 keys in one BatchGetItem. */
const MAX_KEYS = 100;
const SLOWEST_BACKOFF = 5;

/** The items under these keys that exist, in no order. What an answer leaves out is asked for again. */
export async function batchGet(
  client: DocumentClient,
  table: string,
  keys: readonly Record<string, unknown>[],
  { consistent }: { readonly consistent: boolean },
): Promise<readonly Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let pending = keys;
  let refusals = 0;
  while (pending.length > 0) {
    const request = { Keys: pending.slice(0, MAX_KEYS), ConsistentRead: consistent };
    const answer = await client.send(new BatchGetCommand({ RequestItems: { [table]: request } }));
    items.push(...(answer.Responses?.[table] ?? []));
    const left = answer.UnprocessedKeys?.[table]?.Keys ?? [];
    pending = [...left, ...pending.slice(MAX_KEYS)];
    refusals = left.length === 0 ? 0 : refusals + 1;
    if (refusals > 0) await sleep(backoffMs(Math.min(refusals, SLOWEST_BACKOFF)));
  }
  return items;
}
