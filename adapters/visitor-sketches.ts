import { setTimeout as sleep } from 'node:timers/promises';
import type { SubjectDay, VisitorSketches } from '../core/clicks/count-clicks.ts';
import { decodeSketch, encodeSketch } from '../core/clicks/sketch-encoding.ts';
import type { Sketch } from '../core/clicks/unique-visitors.ts';
import { EMPTY_SKETCH, withVisitors } from '../core/clicks/unique-visitors.ts';
import type { AwsJsonClient } from './aws-json.ts';
import { AwsError } from './aws-json.ts';
import type { ItemKey } from './count-items.ts';
import { nameOfKey, visitorsKey } from './count-items.ts';
import { onlyOver } from './counted-windows.ts';
import { backoffMs } from './dynamodb.ts';
import { leanBatchGet, wireKey } from './lean-batch-get.ts';
import { leanCall } from './lean-call.ts';

/** What an item is known to have had: others may have added to it since, nobody took anything away. */
type StoredSketch = { readonly sketch: Sketch; readonly version: number };

/** Four kilobytes each. */
const MAX_REMEMBERED = 4_000;
const MAX_ATTEMPTS = 12;
const SLOWEST_BACKOFF = 5;

/**
 * Sketches beside the counters of each day. What this process has read or written is remembered: visitors that change
 * nothing there are in the table for certain, so a busy link costs neither reads nor writes for those who came before.
 */
export function visitorSketches(dynamodb: AwsJsonClient, table: string): VisitorSketches {
  const remembered = new Map<string, StoredSketch>();

  const remember = (name: string, stored: StoredSketch): void => {
    if (remembered.size >= MAX_REMEMBERED) remembered.delete(remembered.keys().next().value ?? '');
    remembered.set(name, stored);
  };

  async function read(keys: readonly ItemKey[]): Promise<void> {
    const items = await leanBatchGet(dynamodb, table, keys);
    for (const name of keys.map(nameOfKey)) {
      const item = items.get(name);
      const bytes = item?.['sketch']?.B;
      const sketch = bytes === undefined ? EMPTY_SKETCH : decodeSketch(Buffer.from(bytes, 'base64'));
      remember(name, { sketch, version: Number(item?.['version']?.N ?? 0) });
    }
  }

  /** Answers whether they are in: where somebody else wrote meanwhile, what was remembered is forgotten. */
  async function merge(key: ItemKey, visitors: ReadonlySet<string>): Promise<boolean> {
    const stored = remembered.get(nameOfKey(key));
    if (stored === undefined) return false;
    const sketch = withVisitors(stored.sketch, visitors);
    if (sketch === stored.sketch) return true;
    const version = stored.version + 1;
    try {
      await leanCall(dynamodb, 'PutItem', sketchPut(table, key, { sketch, version }));
    } catch (error) {
      if (!(error instanceof AwsError) || error.type !== 'ConditionalCheckFailedException') throw error;
      remembered.delete(nameOfKey(key));
      return false;
    }
    remember(nameOfKey(key), { sketch, version });
    return true;
  }

  return {
    async add(days) {
      let pending = days.map(({ visitors, ...day }) => ({ key: visitorsKey(day), visitors }));
      for (let attempt = 0; pending.length > 0; attempt += 1) {
        if (attempt === MAX_ATTEMPTS) throw new Error(`Visitors stayed contended through ${MAX_ATTEMPTS} attempts`);
        if (attempt > 0) await sleep(backoffMs(Math.min(attempt, SLOWEST_BACKOFF)));
        await read(pending.map(({ key }) => key).filter((key) => !remembered.has(nameOfKey(key))));
        const areIn = await Promise.all(pending.map(({ key, visitors }) => merge(key, visitors)));
        pending = pending.filter((_, index) => areIn[index] !== true);
      }
    },
    async remove(days: readonly SubjectDay[]) {
      const keys = days.map(visitorsKey);
      for (const key of keys) remembered.delete(nameOfKey(key));
      await Promise.all(keys.map((key) => leanCall(dynamodb, 'DeleteItem', { TableName: table, Key: wireKey(key) })));
    },
  };
}

/** Only over the version that was read. */
const sketchPut = (table: string, key: ItemKey, { sketch, version }: StoredSketch) => ({
  TableName: table,
  Item: {
    ...wireKey(key),
    sketch: { B: Buffer.from(encodeSketch(sketch)).toString('base64') },
    version: { N: String(version) },
  },
  ...onlyOver(version - 1),
});
