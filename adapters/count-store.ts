import { setTimeout as sleep } from 'node:timers/promises';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { CountStore, CountTransaction } from '../core/clicks/count-clicks.ts';
import type { Subject } from '../core/clicks/subject.ts';
import type { CountItem, Increment } from '../core/clicks/tally.ts';
import { batchGet } from './batch-get.ts';
import { counterNamesOf, countItemKey, nameOfKey, workspaceCountsPartition } from './count-items.ts';
import { readWindows, windowWrites } from './counted-windows.ts';
import type { DocumentClient } from './dynamodb.ts';
import { backoffMs, cancellationCodes } from './dynamodb.ts';
import { LINK_TOTAL_SORT_KEY, linkCountsKey } from './table.ts';

/** Hours are for charts of days and weeks, and for the edges of days in other time zones. */
const HOUR_LIFETIME_S = 100 * 86_400;

export function countStore(client: DocumentClient, table: string, nowMs: () => number): CountStore {
  return {
    readWindows: (keys) => readWindows(client, table, keys),
    async readNames(items) {
      const keys = items.map(countItemKey);
      const found = await batchGet(client, table, keys, { consistent: true });
      const names = new Map(found.map((item) => [nameOfKey(item), counterNamesOf(item)]));
      return keys.map((key) => names.get(nameOfKey(key)) ?? new Set<string>());
    },
    async apply(transaction) {
      const writes = writesOf(table, transaction, nowMs());
      try {
        await client.send(new TransactWriteCommand({ TransactItems: writes.map(({ item }) => item) }));
        return 'applied';
      } catch (error) {
        if (isTooLarge(error)) return 'too_large';
        const codes = cancellationCodes(error);
        if (codes === null) throw error;
        const erased = writes.flatMap(({ owner }, index) =>
          owner !== null && codes[index] === 'ConditionalCheckFailed' ? [owner] : [],
        );
        if (erased.length > 0) return { erased };
        await sleep(backoffMs(1));
        return 'conflict';
      }
    },
  };
}

/** An item, an expression or the whole transaction is larger than DynamoDB takes: fewer clicks at once may still fit. */
const isTooLarge = (error: unknown): boolean =>
  (error instanceof Error && error.name === 'ValidationException') ||
  (cancellationCodes(error)?.includes('ValidationError') ?? false);

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
  const names = [...counters.keys()];
  const set = membersOf(item, workspaceId);
  const setNames = Object.keys(set);
  const adds = `ADD ${[...counters.values()].map((count, index) => `#${index} :${count}`).join(',')}`;
  return {
    TableName: table,
    Key: countItemKey(item),
    UpdateExpression:
      setNames.length === 0 ? adds : `SET ${setNames.map((name) => `${name}=:${name}`).join(',')} ${adds}`,
    ...(isOwnersTotal ? { ConditionExpression: 'attribute_not_exists(erased)' } : {}),
    ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#${index}`, name])),
    ExpressionAttributeValues: Object.fromEntries([
      ...setNames.map((name) => [`:${name}`, set[name]]),
      ...[...counters.values()].map((count) => [`:${count}`, count]),
    ]),
  };
}

/** What an item has besides counters. A link's total also puts the link into its workspace's order by clicks. */
function membersOf({ subject, period, start }: CountItem, workspaceId: string): Readonly<Record<string, unknown>> {
  if (period === 'hour') return { ttl_s: Date.parse(`${start}:00:00Z`) / 1_000 + HOUR_LIFETIME_S };
  if (period === 'total' && subject.kind === 'link') return { workspace_id: workspaceId, code: subject.code };
  return {};
}
