import { setTimeout as sleep } from 'node:timers/promises';
import { BatchGetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { CountedWindow, CountStore, CountTransaction, WindowKey } from '../core/clicks/count-clicks.ts';
import type { LinkIncrement } from '../core/clicks/counters.ts';
import type { DocumentClient } from './dynamodb.ts';
import { backoffMs, cancellationCodes } from './dynamodb.ts';
import { countedClicksKey, dayCountsSortKey, LINK_TOTAL_SORT_KEY, linkCountsKey } from './table.ts';

/** Kinesis keeps records 24 h, the spool a week: windows are remembered longer than any click can still be on its way. */
export const WINDOW_LIFETIME_S = 9 * 86_400;
/** Characters of an id as a window keeps it; ids are kept as one string, 16 bytes each. */
const COUNTED_ID_LENGTH = 16;

export function countStore(client: DocumentClient, table: string, nowMs: () => number): CountStore {
  return {
    readWindows: (keys) => readWindows(client, table, keys),
    async apply(transaction) {
      try {
        await client.send(new TransactWriteCommand({ TransactItems: transactItems(table, transaction, nowMs()) }));
        return 'applied';
      } catch (error) {
        const codes = cancellationCodes(error);
        if (codes === null || codes.includes('ValidationError')) throw error;
        await sleep(backoffMs(1));
        return 'conflict';
      }
    },
  };
}

async function readWindows(
  client: DocumentClient,
  table: string,
  keys: readonly WindowKey[],
): Promise<readonly CountedWindow[]> {
  const byKey = new Map(keys.map((key) => [JSON.stringify(countedClicksKey(key.bucket, key.startS)), key]));
  const windows: CountedWindow[] = [];
  let pending = [...byKey.values()].map((key) => countedClicksKey(key.bucket, key.startS));
  for (let attempt = 0; pending.length > 0; attempt += 1) {
    if (attempt > 0) await sleep(backoffMs(attempt));
    const answer = await client.send(
      new BatchGetCommand({ RequestItems: { [table]: { Keys: pending.slice(0, 100), ConsistentRead: true } } }),
    );
    for (const item of answer.Responses?.[table] ?? []) {
      const key = byKey.get(JSON.stringify({ pk: item['pk'], sk: item['sk'] }));
      if (key !== undefined)
        windows.push({ key, ids: splitIds(String(item['ids'])), version: Number(item['version']) });
    }
    pending = [...((answer.UnprocessedKeys?.[table]?.Keys ?? []) as typeof pending), ...pending.slice(100)];
  }
  return windows;
}

function splitIds(ids: string): ReadonlySet<string> {
  const split = new Set<string>();
  for (let start = 0; start < ids.length; start += COUNTED_ID_LENGTH)
    split.add(ids.slice(start, start + COUNTED_ID_LENGTH));
  return split;
}

function transactItems(table: string, { windows, increments }: CountTransaction, nowMs: number) {
  return [
    ...windows.map(({ read, added }) => ({
      Put: {
        TableName: table,
        Item: {
          ...countedClicksKey(read.key.bucket, read.key.startS),
          ids: [...read.ids, ...added].join(''),
          version: read.version + 1,
          ttl_s: Math.floor(nowMs / 1_000) + WINDOW_LIFETIME_S,
        },
        ConditionExpression: read.version === 0 ? 'attribute_not_exists(pk)' : 'version = :version',
        ...(read.version === 0 ? {} : { ExpressionAttributeValues: { ':version': read.version } }),
      },
    })),
    ...increments.flatMap((increment) => [
      { Update: totalUpdate(table, increment) },
      ...[...increment.days].map(([day, counters]) => ({ Update: dayUpdate(table, increment, day, counters) })),
    ]),
  ];
}

/** The all-time total, which also puts the link into its workspace's order by clicks. */
const totalUpdate = (table: string, { domain, code, workspaceId, total }: LinkIncrement) => ({
  TableName: table,
  Key: { pk: linkCountsKey(domain, code), sk: LINK_TOTAL_SORT_KEY },
  UpdateExpression: 'SET workspace_id = :workspace, code = :code ADD #total :total',
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
