import type { CountedWindow, WindowKey } from '../core/clicks/count-window.ts';
import { WINDOW_PART_IDS } from '../core/clicks/count-window.ts';
import { batchGet } from './batch-get.ts';
import { nameOfKey } from './count-items.ts';
import type { DocumentClient } from './dynamodb.ts';
import { countedClicksKey } from './table.ts';

/** Kinesis keeps records 24 h, the spool a week: windows are remembered longer than any click can still be on its way. */
const WINDOW_LIFETIME_S = 9 * 86_400;
/** Characters of an id as a window keeps it; the ids of a part are one string, 16 bytes each. */
const COUNTED_ID_LENGTH = 16;

/** Heads first; then, of windows that outgrew their head, the further parts. */
export async function readWindows(
  client: DocumentClient,
  table: string,
  keys: readonly WindowKey[],
): Promise<readonly CountedWindow[]> {
  const read = async (partKeys: readonly Record<string, unknown>[]) => {
    const items = await batchGet(client, table, partKeys, { consistent: true });
    return new Map(items.map((item) => [nameOfKey(item), item]));
  };
  const heads = await read(keys.map((key) => countedClicksKey(key, 0)));
  const headOf = (key: WindowKey) => heads.get(nameOfKey(countedClicksKey(key, 0)));
  const furtherKeys = (key: WindowKey) => {
    const parts = Math.ceil(Number(headOf(key)?.['count'] ?? 0) / WINDOW_PART_IDS);
    return Array.from({ length: Math.max(0, parts - 1) }, (_, index) => countedClicksKey(key, index + 1));
  };
  const further = await read(keys.flatMap(furtherKeys));
  return keys.flatMap((key) => {
    const head = headOf(key);
    if (head === undefined) return [];
    const parts = [head, ...furtherKeys(key).map((partKey) => further.get(nameOfKey(partKey)))];
    return [
      { key, ids: new Set(parts.flatMap((part) => splitIds(String(part?.['ids'])))), version: Number(head['version']) },
    ];
  });
}

const splitIds = (ids: string): readonly string[] =>
  Array.from({ length: ids.length / COUNTED_ID_LENGTH }, (_, index) =>
    ids.slice(index * COUNTED_ID_LENGTH, (index + 1) * COUNTED_ID_LENGTH),
  );

/**
 * Ids keep the order they were counted in, so the part a new id belongs to follows from the count alone. Full parts are
 * never touched again; the head is written each time, because its version is what two writers meet at.
 */
export function windowWrites(table: string, read: CountedWindow, added: readonly string[], nowMs: number) {
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
