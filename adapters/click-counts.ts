import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { ClickCounts, CountedPeriod, Period } from '../core/clicks/click-counts.ts';
import { countedThrough } from '../core/clicks/counted-through.ts';
import { decodeSketch } from '../core/clicks/sketch-encoding.ts';
import type { Subject } from '../core/clicks/subject.ts';
import type { Sketch } from '../core/clicks/unique-visitors.ts';
import { EMPTY_SKETCH, mergeSketches } from '../core/clicks/unique-visitors.ts';
import { batchGet } from './batch-get.ts';
import { countersOf, countItemKey, periodSortKey, placeOf, visitorsKey } from './count-items.ts';
import type { DocumentClient } from './dynamodb.ts';
import { readShardMarks } from './shard-marks.ts';
import { visitorsSortKey } from './table.ts';

export function clickCounts(client: DocumentClient, table: string, nowMs: () => number): ClickCounts {
  return {
    async read(subject, from, to, period) {
      const items = await itemsBetween(client, table, subject, { from, to, period });
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

type Item = Readonly<Record<string, unknown>>;
/** `start` is all of the sort key behind subject and period: `2026-11-21`, `2026-11-21T14`, `2026-11-21#visitors`. */
type StartedItem = { readonly start: string; readonly item: Item };

/** In the order of time; of days the visitors too. */
async function itemsBetween(
  client: DocumentClient,
  table: string,
  subject: Subject,
  { from, to, period }: { readonly from: string; readonly to: string; readonly period: Period },
): Promise<readonly StartedItem[]> {
  const { pk, prefix } = placeOf(subject);
  const first = `${prefix}${periodSortKey(period, from)}`;
  const last = `${prefix}${period === 'day' ? visitorsSortKey(to) : periodSortKey(period, to)}`;
  const items: StartedItem[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const answer = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
        ExpressionAttributeValues: { ':pk': pk, ':first': first, ':last': last },
        ExclusiveStartKey: start,
      }),
    );
    const prefixLength = `${prefix}${periodSortKey(period, '')}`.length;
    for (const item of answer.Items ?? []) items.push({ start: String(item['sk']).slice(prefixLength), item });
    start = answer.LastEvaluatedKey;
  } while (start !== undefined);
  return items;
}

/** A day's visitors follow its counters, or stand alone for the moment before its first click is counted. */
function toDays(items: readonly StartedItem[]): readonly CountedPeriod[] {
  const sketches = new Map<string, Sketch>();
  for (const { start, item } of items) {
    if (item['sketch'] !== undefined) sketches.set(start.slice(0, start.indexOf('#')), sketchOf(item));
  }
  return items
    .filter(({ item }) => item['sketch'] === undefined)
    .map(({ start, item }) => toPeriod(start, item, sketches.get(start) ?? EMPTY_SKETCH));
}

const toPeriod = (start: string, item: Item, visitors: Sketch): CountedPeriod => ({
  start,
  counters: countersOf(item),
  visitors,
});

const sketchOf = (item: Item): Sketch => decodeSketch(item['sketch'] as Uint8Array);
