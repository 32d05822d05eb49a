import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { ClickCounts, CountedPeriod, Period } from '../core/clicks/click-counts.ts';
import { countedThrough } from '../core/clicks/counted-through.ts';
import { decodeSketch } from '../core/clicks/sketch-encoding.ts';
import type { Subject } from '../core/clicks/subject.ts';
import type { Sketch } from '../core/clicks/unique-visitors.ts';
import { EMPTY_SKETCH, mergeSketches } from '../core/clicks/unique-visitors.ts';
import type { AwsJsonClient } from './aws-json.ts';
import { batchGet } from './batch-get.ts';
import { countersOf, countItemKey, periodSortKey, placeOf, visitorsKey, wireCounters } from './count-items.ts';
import type { DocumentClient } from './dynamodb.ts';
import type { WireItem } from './lean-call.ts';
import { leanQuery } from './lean-query.ts';
import { readShardMarks } from './shard-marks.ts';
import { visitorsSortKey } from './table.ts';

/** Ranges are read with the lean client, because their items are wide; the document client reads the rest. */
export function clickCounts(
  client: DocumentClient,
  lean: AwsJsonClient,
  table: string,
  nowMs: () => number,
): ClickCounts {
  return {
    async read(subject, from, to, period) {
      const items = await itemsBetween(lean, table, subject, { from, to, period });
      return period === 'day' ? toDays(items) : items.map(({ start, item }) => toPeriod(start, item, EMPTY_SKETCH));
    },
    async total(subject) {
      const Key = countItemKey({ subject, period: 'total', start: '' });
      const { Item = {} } = await client.send(new GetCommand({ TableName: table, Key }));
      const counters = countersOf(Item);
      return {
        total: counters['total'] ?? 0,
        bots: counters['bot'] ?? 0,
        scans: counters['source:scan'] ?? 0,
        botScans: counters['bot/source:scan'] ?? 0,
      };
    },
    async visitors(subject, days) {
      const keys = [...new Set(days)].map((day) => visitorsKey({ subject, day }));
      return mergeSketches((await batchGet(client, table, keys, { consistent: false })).map(sketchOf));
    },
    async countedThroughMs() {
      return countedThrough(await readShardMarks(client, table, nowMs()), nowMs());
    },
  };
}

/** `start` is all of the sort key behind subject and period: `2026-11-21`, `2026-11-21T14`, `2026-11-21#visitors`. */
type StartedItem = { readonly start: string; readonly item: WireItem };

/** In the order of time; of days the visitors too. */
async function itemsBetween(
  dynamodb: AwsJsonClient,
  table: string,
  subject: Subject,
  { from, to, period }: { readonly from: string; readonly to: string; readonly period: Period },
): Promise<readonly StartedItem[]> {
  const { pk, prefix } = placeOf(subject);
  const first = `${prefix}${periodSortKey(period, from)}`;
  const last = `${prefix}${period === 'day' ? visitorsSortKey(to) : periodSortKey(period, to)}`;
  const prefixLength = `${prefix}${periodSortKey(period, '')}`.length;
  const items = await leanQuery(dynamodb, table, { pk, first, last });
  return items.map((item) => ({ start: (item['sk']?.S ?? '').slice(prefixLength), item }));
}

/** A day's visitors follow its counters, or stand alone for the moment before its first click is counted. */
function toDays(items: readonly StartedItem[]): readonly CountedPeriod[] {
  const sketches = new Map<string, Sketch>();
  for (const { start, item } of items) {
    const bytes = item['sketch']?.B;
    if (bytes !== undefined)
      sketches.set(start.slice(0, start.indexOf('#')), decodeSketch(Buffer.from(bytes, 'base64')));
  }
  return items
    .filter(({ item }) => item['sketch'] === undefined)
    .map(({ start, item }) => toPeriod(start, item, sketches.get(start) ?? EMPTY_SKETCH));
}

const toPeriod = (start: string, item: WireItem, visitors: Sketch): CountedPeriod => ({
  start,
  counters: wireCounters(item),
  visitors,
});

const sketchOf = (item: Readonly<Record<string, unknown>>): Sketch => decodeSketch(item['sketch'] as Uint8Array);
