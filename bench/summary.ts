import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { awsJsonClient } from '../adapters/aws-json.ts';
import { clickCounts } from '../adapters/click-counts.ts';
import { countItemKey, visitorsKey } from '../adapters/count-items.ts';
import { TABLES } from '../adapters/table.ts';
import { MAX_VALUES } from '../core/clicks/long-tail.ts';
import type { Dimension } from '../core/clicks/row.ts';
import { encodeSketch } from '../core/clicks/sketch-encoding.ts';
import type { Subject } from '../core/clicks/subject.ts';
import { summary } from '../core/clicks/summary.ts';
import { timeRange } from '../core/clicks/time-range.ts';
import { addDays } from '../core/clicks/time-zone.ts';
import { EMPTY_SKETCH } from '../core/clicks/unique-visitors.ts';
import { startDynamoDb } from '../local/engines/dynamodb.ts';
import { median, printTable } from './report.ts';

/**
 * The question: does a summary of 30 days cost more where there were more clicks? Counters are written directly, of links
 * with 10 thousand and 10 million clicks that meet the same values, and of one whose every long tail is full. CPU of this
 * process is what the function itself would use; the engine is another process.
 */
const ROUNDS = 15;
const CALLS = 10;
const DAYS = 30;
const NOW_MS = Date.UTC(2026, 10, 21, 12);
const TABLE = 'counts';

type Case = { readonly name: string; readonly code: string; readonly clicks: number; readonly values: Values };
/** How many different values of each dimension a day has. */
type Values = Readonly<Partial<Record<Dimension, number>>>;

const USUAL: Values = {
  source: 2,
  country: 40,
  region: 60,
  city: 80,
  device: 4,
  os: 8,
  browser: 12,
  in_app: 6,
  referrer: 40,
  language: 25,
  utm_source: 6,
  utm_medium: 4,
  utm_campaign: 8,
};
const FULL: Values = {
  ...USUAL,
  country: 200,
  region: MAX_VALUES,
  city: MAX_VALUES,
  referrer: MAX_VALUES,
  language: 120,
  utm_campaign: 60,
};

const CASES: readonly Case[] = [
  { name: '10,000 clicks', code: 'small', clicks: 10_000, values: USUAL },
  { name: '10,000,000 clicks, the same values', code: 'large', clicks: 10_000_000, values: USUAL },
  { name: '10,000,000 clicks, full long tails', code: 'wide', clicks: 10_000_000, values: FULL },
];

export async function benchSummary(): Promise<void> {
  let queries = 0;
  const engine = await startDynamoDb({
    authorize: ({ action }) => {
      queries += action === 'dynamodb:Query' ? 1 : 0;
      return { allowed: true };
    },
  });
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({
      endpoint: engine.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'BENCH', secretAccessKey: 'bench' },
    }),
  );
  const lean = awsJsonClient('dynamodb', {
    AWS_ENDPOINT_URL_DYNAMODB: engine.url,
    AWS_ACCESS_KEY_ID: 'BENCH',
    AWS_SECRET_ACCESS_KEY: 'bench',
  });
  try {
    await engine.createTable({
      name: TABLE,
      partitionKey: 'pk',
      sortKey: TABLES.counts.sortKey ? 'sk' : '',
      attributes: { pk: 'S', sk: 'S' },
      indexes: [],
    });
    for (const each of CASES) await write(client, each);
    const deps = { counts: clickCounts(client, lean, TABLE, () => NOW_MS), nowMs: () => NOW_MS };
    const range = timeRange({ interval: '30d' }, NOW_MS);
    const ask = ({ code }: Case) =>
      summary(deps, { subject: linkOf(code), range, policy: 'exclude', filter: null }, { compare: false });
    const perCall = async (each: Case) => {
      queries = 0;
      const { totals } = await ask(each);
      if (totals.people + totals.bots !== each.clicks) throw new Error(`${each.name} were read as ${totals.people}`);
      return queries;
    };
    const counted = [];
    for (const each of CASES) counted.push(await perCall(each));
    report(counted, await measure(ask));
  } finally {
    client.destroy();
    await engine.close();
  }
}

const linkOf = (code: string): Subject => ({ kind: 'link', domain: 'default', code });

/** A day's share of the clicks, spread evenly over hours and values; one in ten is a bot's. */
async function write(client: DynamoDBDocumentClient, { code, clicks, values }: Case): Promise<void> {
  const subject = linkOf(code);
  for (let index = 0; index < DAYS; index += 1) {
    const day = addDays('2026-11-21', -index);
    const total = share(clicks, DAYS, index);
    const bots = Math.floor(total / 10);
    const counters: Record<string, number> = { total, bot: bots };
    for (const [prefix, count] of [
      ['', total],
      ['bot/', bots],
    ] as const) {
      for (let hour = 0; hour < 24; hour += 1)
        counters[`${prefix}hour:${String(hour).padStart(2, '0')}`] = share(count, 24, hour);
      for (const [dimension, distinct] of Object.entries(values))
        for (let value = 0; value < distinct; value += 1)
          counters[`${prefix}${dimension}:value number ${value}`] = share(count, distinct, value);
    }
    // Like a day of many visitors: every register is used.
    const registers = EMPTY_SKETCH.registers.map((_, register) => 1 + ((register * 7 + index) % 12));
    const sketch = { ...visitorsKey({ subject, day }), sketch: encodeSketch({ registers }) };
    const items = [{ ...countItemKey({ subject, period: 'day', start: day }), ...counters }, sketch];
    await client.send(
      new BatchWriteCommand({ RequestItems: { [TABLE]: items.map((Item) => ({ PutRequest: { Item } })) } }),
    );
  }
}

/** The `index`th of `parts` whole numbers that add up to `whole`. */
const share = (whole: number, parts: number, index: number): number =>
  Math.floor((whole * (index + 1)) / parts) - Math.floor((whole * index) / parts);

type Figures = { readonly cpuMs: number[]; readonly wallMs: number[] };

async function measure(ask: (each: Case) => Promise<unknown>): Promise<readonly Figures[]> {
  const figures = CASES.map((): Figures => ({ cpuMs: [], wallMs: [] }));
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [index, each] of CASES.entries()) {
      const startedAtMs = performance.now();
      const before = process.cpuUsage();
      for (let call = 0; call < CALLS; call += 1) await ask(each);
      const { user, system } = process.cpuUsage(before);
      // The first round warms up.
      if (round === 0) continue;
      figures[index]?.cpuMs.push((user + system) / 1_000 / CALLS);
      figures[index]?.wallMs.push((performance.now() - startedAtMs) / CALLS);
    }
  }
  return figures;
}

function report(queries: readonly number[], figures: readonly Figures[]): void {
  const smallest = median(figures[0]?.cpuMs ?? []);
  printTable(
    `Summary of ${DAYS} days, ${ROUNDS} rounds in turn, p50`,
    ['link with', 'requests', 'own CPU ms', '× smallest', 'ms with the engine'],
    CASES.map(({ name }, index) => {
      const { cpuMs = [], wallMs = [] } = figures[index] ?? {};
      return [
        name,
        String(queries[index]),
        median(cpuMs).toFixed(1),
        (median(cpuMs) / smallest).toFixed(2),
        median(wallMs).toFixed(1),
      ];
    }),
  );
}
