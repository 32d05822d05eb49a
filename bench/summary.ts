import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { countItemKey, visitorsKey } from '../adapters/count-items.ts';
import { TABLES } from '../adapters/table.ts';
import { MAX_VALUES } from '../core/clicks/long-tail.ts';
import type { Dimension } from '../core/clicks/row.ts';
import { encodeSketch } from '../core/clicks/sketch-encoding.ts';
import type { Subject } from '../core/clicks/subject.ts';
import { addDays } from '../core/clicks/time-zone.ts';
import { EMPTY_SKETCH } from '../core/clicks/unique-visitors.ts';
import { startDynamoDb } from '../local/engines/dynamodb.ts';
import type { SummingCost, SummingTask } from './handlers/summing.ts';
import { median, printTable } from './report.ts';

/**
 * The question: does a summary of 30 days cost more where there were more clicks? Counters are written directly, of links
 * with 10 thousand and 10 million clicks that meet the same values, and of one whose every long tail is full. Summaries run
 * in a process of their own (`handlers/summing.ts`), whose CPU is what the function itself would use.
 */
const ROUNDS = 15;
const CALLS = 10;
const DAYS = 30;
const NOW_MS = Date.UTC(2026, 10, 21, 12);
const TABLE = 'counts';
const run = promisify(execFile);
const CHILD = fileURLToPath(new URL('handlers/summing.ts', import.meta.url));

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
  const engine = await startDynamoDb({ authorize: () => ({ allowed: true }) });
  const env = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'BENCH',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_ENDPOINT_URL_DYNAMODB: engine.url,
  };
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({
      endpoint: engine.url,
      region: env.AWS_REGION,
      credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY },
    }),
  );
  try {
    await engine.createTable({
      name: TABLE,
      partitionKey: 'pk',
      sortKey: TABLES.counts.sortKey ? 'sk' : '',
      attributes: { pk: 'S', sk: 'S' },
      indexes: [],
    });
    for (const each of CASES) await write(client, each);
    report(await costs(env));
  } finally {
    client.destroy();
    await engine.close();
  }
}

async function costs(env: NodeJS.ProcessEnv): Promise<readonly SummingCost[]> {
  const task: SummingTask = {
    table: TABLE,
    nowMs: NOW_MS,
    rounds: ROUNDS,
    callsPerRound: CALLS,
    codes: CASES.map(({ code }) => code),
  };
  const { stdout } = await run(process.execPath, [CHILD, JSON.stringify(task)], { env: { ...process.env, ...env } });
  const answer = JSON.parse(stdout) as readonly SummingCost[];
  for (const [index, { name, clicks }] of CASES.entries())
    if (answer[index]?.clicks !== clicks) throw new Error(`${name} were read as ${answer[index]?.clicks}`);
  return answer;
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

function report(answer: readonly SummingCost[]): void {
  const smallest = median(answer[0]?.cpuMs ?? []);
  printTable(
    `Summary of ${DAYS} days, ${ROUNDS} rounds in turn, p50`,
    ['link with', 'requests', 'own CPU ms', '× smallest', 'ms with the engine'],
    answer.map(({ queries, cpuMs, wallMs }, index) => [
      CASES[index]?.name ?? '',
      String(queries),
      median(cpuMs).toFixed(1),
      (median(cpuMs) / smallest).toFixed(2),
      median(wallMs).toFixed(1),
    ]),
  );
}
