import { setTimeout as sleep } from 'node:timers/promises';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type {
  CountedLink,
  CountedWindow,
  CountStore,
  CountTransaction,
  WindowKey,
} from '../core/clicks/count-clicks.ts';
import { WINDOW_PART_IDS } from '../core/clicks/count-clicks.ts';
import type { LinkIncrement } from '../core/clicks/counters.ts';
import { batchGet } from './batch-get.ts';
import type { DocumentClient } from './dynamodb.ts';
import { backoffMs, cancellationCodes } from './dynamodb.ts';
import { countedClicksKey, dayCountsSortKey, LINK_TOTAL_SORT_KEY, linkCountsKey, linkOfPartitionKey } from './table.ts';

/** Kinesis keeps records 24 h, the spool a week: windows are remembered longer than any click can still be on its way. */
export const WINDOW_LIFETIME_S = 9 * 86_400;
/** Characters of an id as a window keeps it; the ids of a part are one string, 16 bytes each. */
const COUNTED_ID_LENGTH = 16;

export function countStore(client: DocumentClient, table: string, nowMs: () => number): CountStore {
  return {
    readWindows: (keys) => readWindows(client, table, keys),
    async apply(transaction) {
      const writes = transactItems(table, transaction, nowMs());
      try {
        await client.send(new TransactWriteCommand({ TransactItems: writes }));
        return 'applied';
      } catch (error) {
        const codes = cancellationCodes(error);
        if (codes === null || codes.includes('ValidationError')) throw error;
        const erased = erasedLinks(writes, codes);
        if (erased.length > 0) return { erased };
        await sleep(backoffMs(1));
        return 'conflict';
      }
    },
  };
}

/** Takes the place of an erased link's total, for good: no transaction that adds to the link gets past it. */
export const erasedTotalItem = ({ domain, code }: CountedLink) => ({
  pk: linkCountsKey(domain, code),
  sk: LINK_TOTAL_SORT_KEY,
  code,
  total: 0,
  erased: true,
});

/** Heads first; then, of windows that outgrew their head, the further parts. */
async function readWindows(
  client: DocumentClient,
  table: string,
  keys: readonly WindowKey[],
): Promise<readonly CountedWindow[]> {
  const read = async (partKeys: readonly Record<string, unknown>[]) => {
    const items = await batchGet(client, table, partKeys, { consistent: true });
    return new Map(items.map((item) => [nameOf(item), item]));
  };
  const heads = await read(keys.map((key) => countedClicksKey(key, 0)));
  const headOf = (key: WindowKey) => heads.get(nameOf(countedClicksKey(key, 0)));
  const furtherKeys = (key: WindowKey) => {
    const parts = Math.ceil(Number(headOf(key)?.['count'] ?? 0) / WINDOW_PART_IDS);
    return Array.from({ length: Math.max(0, parts - 1) }, (_, index) => countedClicksKey(key, index + 1));
  };
  const further = await read(keys.flatMap(furtherKeys));
  return keys.flatMap((key) => {
    const head = headOf(key);
    if (head === undefined) return [];
    const parts = [head, ...furtherKeys(key).map((partKey) => further.get(nameOf(partKey)))];
    return [
      { key, ids: new Set(parts.flatMap((part) => splitIds(String(part?.['ids'])))), version: Number(head['version']) },
    ];
  });
}

const nameOf = (item: Readonly<Record<string, unknown>>): string => `${String(item['pk'])} ${String(item['sk'])}`;

const splitIds = (ids: string): readonly string[] =>
  Array.from({ length: ids.length / COUNTED_ID_LENGTH }, (_, index) =>
    ids.slice(index * COUNTED_ID_LENGTH, (index + 1) * COUNTED_ID_LENGTH),
  );

function transactItems(table: string, { windows, increments }: CountTransaction, nowMs: number) {
  return [
    ...windows.flatMap(({ read, added }) => windowWrites(table, read, added, nowMs)),
    ...increments.flatMap((increment) => [
      { Update: totalUpdate(table, increment) },
      ...[...increment.days].map(([day, counters]) => ({ Update: dayUpdate(table, increment, day, counters) })),
    ]),
  ];
}

/**
 * Ids keep the order they were counted in, so the part a new id belongs to follows from the count alone. Full parts are
 * never touched again; the head is written each time, because its version is what two writers meet at.
 */
function windowWrites(table: string, read: CountedWindow, added: readonly string[], nowMs: number) {
  const ids = [...read.ids, ...added];
  const ttl_s = Math.floor(nowMs / 1_000) + WINDOW_LIFETIME_S;
  const firstTouched = Math.floor(read.ids.size / WINDOW_PART_IDS);
  const lastTouched = Math.floor((ids.length - 1) / WINDOW_PART_IDS);
  const idsOf = (part: number): string => ids.slice(part * WINDOW_PART_IDS, (part + 1) * WINDOW_PART_IDS).join('');
  const isUnchanged = {
    ConditionExpression: read.version === 0 ? 'attribute_not_exists(pk)' : '#version = :version',
    ...(read.version === 0
      ? {}
      : {
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':version': read.version },
        }),
  };
  const head = { ...countedClicksKey(read.key, 0), ids: idsOf(0), count: ids.length, version: read.version + 1, ttl_s };
  const further = Array.from(
    { length: lastTouched - Math.max(firstTouched, 1) + 1 },
    (_, index) => Math.max(firstTouched, 1) + index,
  );
  return [
    { Put: { TableName: table, Item: head, ...isUnchanged } },
    ...further.map((part) => ({
      Put: { TableName: table, Item: { ...countedClicksKey(read.key, part), ids: idsOf(part), ttl_s } },
    })),
  ];
}

/** Only totals are updated on a condition: where one failed, an erased link stands. */
const erasedLinks = (writes: ReturnType<typeof transactItems>, codes: readonly string[]): readonly CountedLink[] =>
  writes.flatMap((write, index) =>
    'Update' in write && codes[index] === 'ConditionalCheckFailed' ? [linkOfPartitionKey(write.Update.Key.pk)] : [],
  );

/** The all-time total, which also puts the link into its workspace's order by clicks. */
const totalUpdate = (table: string, { domain, code, workspaceId, total }: LinkIncrement) => ({
  TableName: table,
  Key: { pk: linkCountsKey(domain, code), sk: LINK_TOTAL_SORT_KEY },
  UpdateExpression: 'SET workspace_id = :workspace, code = :code ADD #total :total',
  ConditionExpression: 'attribute_not_exists(erased)',
  ExpressionAttributeNames: { '#total': 'total' },
  ExpressionAttributeValues: { ':workspace': workspaceId, ':code': code, ':total': total },
});

/** One ADD per link and day, however many clicks and dimensions. */
function dayUpdate(table: string, { domain, code }: LinkIncrement, day: string, counters: ReadonlyMap<string, number>) {
  const names = [...counters.keys()];
  return {
    TableName: table,
    Key: { pk: linkCountsKey(domain, code), sk: dayCountsSortKey(day) },
    UpdateExpression: `ADD ${names.map((_, index) => `#c${index} :c${index}`).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#c${index}`, name])),
    ExpressionAttributeValues: Object.fromEntries(names.map((name, index) => [`:c${index}`, counters.get(name)])),
  };
}
