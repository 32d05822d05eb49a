import type { CountedWindow, WindowKey } from '../core/clicks/count-window.ts';
import { WINDOW_LIFETIME_S, WINDOW_PART_IDS } from '../core/clicks/count-window.ts';
import type { AwsJsonClient } from './aws-json.ts';
import { nameOfKey } from './count-items.ts';
import { leanBatchGet, wireKey } from './lean-batch-get.ts';
import { countedClicksKey } from './table.ts';

/** Characters of an id as a window keeps it; the ids of a part are one string, 16 bytes each. */
const COUNTED_ID_LENGTH = 16;

/** Heads first; then, of windows that outgrew their head, the further parts. */
export async function readWindows(
  dynamodb: AwsJsonClient,
  table: string,
  keys: readonly WindowKey[],
): Promise<readonly CountedWindow[]> {
  const heads = await leanBatchGet(
    dynamodb,
    table,
    keys.map((key) => countedClicksKey(key, 0)),
  );
  const headOf = (key: WindowKey) => heads.get(nameOfKey(countedClicksKey(key, 0)));
  const furtherKeys = (key: WindowKey) => {
    const parts = Math.ceil(Number(headOf(key)?.['count']?.N ?? 0) / WINDOW_PART_IDS);
    return Array.from({ length: Math.max(0, parts - 1) }, (_, index) => countedClicksKey(key, index + 1));
  };
  const further = await leanBatchGet(dynamodb, table, keys.flatMap(furtherKeys));
  return keys.flatMap((key) => {
    const head = headOf(key);
    if (head === undefined) return [];
    const parts = [head, ...furtherKeys(key).map((partKey) => further.get(nameOfKey(partKey)))];
    return [
      {
        key,
        ids: new Set(parts.flatMap((part) => splitIds(part?.['ids']?.S ?? ''))),
        version: Number(head['version']?.N),
      },
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
  const ttl_s = { N: String(Math.floor(nowMs / 1_000) + WINDOW_LIFETIME_S) };
  const firstTouched = Math.floor(read.ids.size / WINDOW_PART_IDS);
  const lastTouched = Math.floor((ids.length - 1) / WINDOW_PART_IDS);
  const part = (index: number) => ({
    ...wireKey(countedClicksKey(read.key, index)),
    ids: { S: ids.slice(index * WINDOW_PART_IDS, (index + 1) * WINDOW_PART_IDS).join('') },
    ttl_s,
  });
  const head = { ...part(0), count: { N: String(ids.length) }, version: { N: String(read.version + 1) } };
  const further = Array.from(
    { length: lastTouched - Math.max(firstTouched, 1) + 1 },
    (_, index) => Math.max(firstTouched, 1) + index,
  );
  return [
    { Put: { TableName: table, Item: head, ...onlyOver(read.version) } },
    ...further.map((index) => ({ Put: { TableName: table, Item: part(index) } })),
  ];
}

/** A condition: the item still has the version that was read, or is not there yet (0). */
export const onlyOver = (version: number) =>
  version === 0
    ? { ConditionExpression: 'attribute_not_exists(pk)' }
    : {
        ConditionExpression: 'version = :former',
        ExpressionAttributeValues: { ':former': { N: String(version) } },
      };
