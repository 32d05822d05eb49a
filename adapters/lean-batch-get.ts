import { setTimeout as sleep } from 'node:timers/promises';
import type { AwsJsonClient } from './aws-json.ts';
import type { ItemKey } from './count-items.ts';
import { nameOfKey } from './count-items.ts';
import { backoffMs } from './dynamodb.ts';
import type { WireItem } from './lean-call.ts';
import { leanCall } from './lean-call.ts';

/** DynamoDB: at most 100 keys in one BatchGetItem. */
const MAX_KEYS = 100;
const SLOWEST_BACKOFF = 5;

type Page = { readonly Items: readonly WireItem[]; readonly left: readonly unknown[] };

/** The items under these keys that exist, by `nameOfKey`, as they stand now. What an answer leaves out is asked for again. */
export async function leanBatchGet(
  dynamodb: AwsJsonClient,
  table: string,
  keys: readonly ItemKey[],
): Promise<ReadonlyMap<string, WireItem>> {
  const items = new Map<string, WireItem>();
  let pending: readonly unknown[] = keys.map(wireKey);
  let refusals = 0;
  while (pending.length > 0) {
    const { Items, left } = await page(dynamodb, table, pending.slice(0, MAX_KEYS));
    for (const item of Items) items.set(nameOfKey({ pk: item['pk']?.S, sk: item['sk']?.S }), item);
    pending = [...left, ...pending.slice(MAX_KEYS)];
    refusals = left.length === 0 ? 0 : refusals + 1;
    if (refusals > 0) await sleep(backoffMs(Math.min(refusals, SLOWEST_BACKOFF)));
  }
  return items;
}

async function page(dynamodb: AwsJsonClient, table: string, Keys: readonly unknown[]): Promise<Page> {
  const answer = await leanCall(dynamodb, 'BatchGetItem', {
    RequestItems: { [table]: { Keys, ConsistentRead: true } },
  });
  const found = answer['Responses'] as Readonly<Record<string, readonly WireItem[]>> | undefined;
  const left = answer['UnprocessedKeys'] as
    | Readonly<Record<string, { readonly Keys?: readonly unknown[] }>>
    | undefined;
  return { Items: found?.[table] ?? [], left: left?.[table]?.Keys ?? [] };
}

export const wireKey = ({ pk, sk }: ItemKey) => ({ pk: { S: pk }, sk: { S: sk } });
