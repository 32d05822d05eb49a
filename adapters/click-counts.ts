import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { ClickCounts, CountedPeriod, Period } from '../core/clicks/click-counts.ts';
import { countedThrough } from '../core/clicks/counted-through.ts';
import type { NamedCounts } from '../core/clicks/named-counts.ts';
import { plus } from '../core/clicks/named-counts.ts';
import { decodeSketch } from '../core/clicks/sketch-encoding.ts';
import type { Subject } from '../core/clicks/subject.ts';
import type { Sketch } from '../core/clicks/unique-visitors.ts';
import { EMPTY_SKETCH, mergeSketches } from '../core/clicks/unique-visitors.ts';
import type { AwsJsonClient } from './aws-json.ts';
import { batchGet } from './batch-get.ts';
import { countersOf, countItemKey, periodSortKey, placeOf, visitorsKey } from './count-items.ts';
import type { DocumentClient } from './dynamodb.ts';
import type { FlatItem } from './flat-items.ts';
import { leanQuery } from './lean-query.ts';
import { readShardMarks } from './shard-marks.ts';
import { countsPartSortKey, VISITORS_PART } from './table.ts';

/** Ranges are read with the lean client, because their items are wide; the document client reads the rest. */
export function clickCounts(
  client: DocumentClient,
  lean: AwsJsonClient,
  table: string,
  nowMs: () => number,
): ClickCounts {
  return {
    async read(subject, from, to, period) {
      return toPeriods(await itemsBetween(lean, table, subject, { from, to, period }));
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

/** `start` is `2026-11-21` or `2026-11-21T14`; `part` what follows: nothing, a dimension, `visitors`. */
type StartedItem = { readonly start: string; readonly part: string; readonly item: FlatItem };

/** In the order of time, each period in all its parts, days with their visitors. */
async function itemsBetween(
  dynamodb: AwsJsonClient,
  table: string,
  subject: Subject,
  { from, to, period }: { readonly from: string; readonly to: string; readonly period: Period },
): Promise<readonly StartedItem[]> {
  const { pk, prefix } = placeOf(subject);
  const first = `${prefix}${periodSortKey(period, from)}`;
  const last = `${prefix}${countsPartSortKey(periodSortKey(period, to), VISITORS_PART)}`;
  const prefixLength = `${prefix}${periodSortKey(period, '')}`.length;
  const items = await leanQuery(dynamodb, table, { pk, first, last });
  return items.map((item) => {
    const [start = '', part = ''] = (item.texts['sk'] ?? '').slice(prefixLength).split('#');
    return { start, part, item };
  });
}

/** Counters of a period's parts are added up. A sketch without counters is of a day whose first click is being counted. */
function toPeriods(items: readonly StartedItem[]): readonly CountedPeriod[] {
  const periods = new Map<string, NamedCounts>();
  const sketches = new Map<string, Sketch>();
  for (const { start, part, item } of items) {
    if (part === VISITORS_PART) {
      sketches.set(start, decodeSketch(Buffer.from(item.texts['sketch'] ?? '', 'base64')));
      continue;
    }
    const parts = periods.get(start);
    periods.set(start, parts === undefined ? item.numbers : plus(parts, item.numbers));
  }
  return [...periods].map(([start, counters]) => ({ start, counters, visitors: sketches.get(start) ?? EMPTY_SKETCH }));
}

const sketchOf = (item: Readonly<Record<string, unknown>>): Sketch => decodeSketch(item['sketch'] as Uint8Array);
