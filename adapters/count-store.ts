import { setTimeout as sleep } from 'node:timers/promises';
import type { CountOutcome, CountStore, CountTransaction } from '../core/clicks/count-clicks.ts';
import type { Subject } from '../core/clicks/subject.ts';
import type { CountItem, Increment } from '../core/clicks/tally.ts';
import type { AwsJsonClient } from './aws-json.ts';
import { AwsError } from './aws-json.ts';
import { countItemKey, workspaceCountsPartition } from './count-items.ts';
import { readWindows, windowWrites } from './counted-windows.ts';
import { backoffMs } from './dynamodb.ts';
import { knownNames } from './known-names.ts';
import { wireKey } from './lean-batch-get.ts';
import type { FlatValue } from './lean-call.ts';
import { leanCall } from './lean-call.ts';
import { LINK_TOTAL_SORT_KEY, linkCountsKey } from './table.ts';

/** Hours are for charts of days and weeks, and for the edges of days in other time zones. */
const HOUR_LIFETIME_S = 100 * 86_400;

/** Counters in DynamoDB. It remembers which names items have, so there is one per environment. */
export function countStore(dynamodb: AwsJsonClient, table: string, nowMs: () => number): CountStore {
  const names = knownNames(dynamodb, table, nowMs);
  return {
    readWindows: (keys) => readWindows(dynamodb, table, keys),
    readNames: (items) => names.read(items.map(countItemKey)),
    async apply(transaction) {
      const { increments } = transaction;
      const writes = writesOf(table, transaction, nowMs());
      try {
        await leanCall(dynamodb, 'TransactWriteItems', { TransactItems: writes.map(({ item }) => item) });
      } catch (error) {
        names.forget(increments.map(({ item }) => countItemKey(item)));
        return outcomeOf(error, writes);
      }
      for (const { item, counters } of increments) names.add(countItemKey(item), counters.keys());
      return 'applied';
    },
  };
}

/** Why nothing was written. Throws what is no answer to that. */
async function outcomeOf(error: unknown, writes: ReturnType<typeof writesOf>): Promise<CountOutcome> {
  if (!(error instanceof AwsError)) throw error;
  const reasons = error.body['CancellationReasons'] as readonly { readonly Code?: string }[] | undefined;
  const codes = (reasons ?? []).map(({ Code }) => Code);
  // An item, an expression or the whole transaction is larger than DynamoDB takes: fewer clicks at once may still fit.
  if (error.type === 'ValidationException' || codes.includes('ValidationError')) return 'too_large';
  if (error.type !== 'TransactionCanceledException') throw error;
  const erased = writes.flatMap(({ owner }, index) =>
    owner !== null && codes[index] === 'ConditionalCheckFailed' ? [owner] : [],
  );
  if (erased.length > 0) return { erased };
  await sleep(backoffMs(1));
  return 'conflict';
}

/** Takes the place of an erased owner's total, for good: no transaction that adds to the link or workspace gets past it. */
export const erasedLinkTotalItem = ({ domain, code }: { readonly domain: string; readonly code: string }) => ({
  pk: linkCountsKey(domain, code),
  sk: LINK_TOTAL_SORT_KEY,
  code,
  total: 0,
  erased: true,
});
export const erasedWorkspaceTotalItem = (workspaceId: string) => ({
  pk: workspaceCountsPartition(workspaceId),
  sk: LINK_TOTAL_SORT_KEY,
  total: 0,
  erased: true,
});

/** `owner` where the write is refused if that owner was erased. */
const writesOf = (table: string, { windows, increments }: CountTransaction, nowMs: number) => [
  ...windows.flatMap(({ read, added }) =>
    windowWrites(table, read, added, nowMs).map((item) => ({ item, owner: null as Subject | null })),
  ),
  ...increments.map((increment) => ({
    item: { Update: counterUpdate(table, increment) },
    owner: increment.isOwnersTotal ? increment.item.subject : null,
  })),
];

/** One ADD per item, however many clicks and dimensions. */
function counterUpdate(table: string, { item, workspaceId, isOwnersTotal, counters }: Increment) {
  const set = membersOf(item, workspaceId);
  const names: Record<string, string> = {};
  const values: Record<string, FlatValue> = {};
  const adds: string[] = [];
  for (const [name, count] of counters) {
    const index = adds.length;
    names[`#${index}`] = name;
    values[`:${count}`] = { N: String(count) };
    adds.push(`#${index} :${count}`);
  }
  for (const [name, value] of Object.entries(set)) values[`:${name}`] = value;
  const sets = Object.keys(set).map((name) => `${name}=:${name}`);
  return {
    TableName: table,
    Key: wireKey(countItemKey(item)),
    UpdateExpression: `${sets.length === 0 ? '' : `SET ${sets.join(',')} `}ADD ${adds.join(',')}`,
    ...(isOwnersTotal ? { ConditionExpression: 'attribute_not_exists(erased)' } : {}),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  };
}

/** What an item has besides counters. A link's total also puts the link into its workspace's order by clicks. */
function membersOf({ subject, period, start }: CountItem, workspaceId: string): Readonly<Record<string, FlatValue>> {
  if (period === 'hour') return { ttl_s: { N: String(Date.parse(`${start}:00:00Z`) / 1_000 + HOUR_LIFETIME_S) } };
  if (period === 'total' && subject.kind === 'link')
    return { workspace_id: { S: workspaceId }, code: { S: subject.code } };
  return {};
}
