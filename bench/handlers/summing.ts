import type { AwsJsonClient } from '../../adapters/aws-json.ts';
import { awsJsonClient } from '../../adapters/aws-json.ts';
import { clickCounts } from '../../adapters/click-counts.ts';
import { documentClient } from '../../adapters/dynamodb.ts';
import { summary } from '../../core/clicks/summary.ts';
import { timeRange } from '../../core/clicks/time-range.ts';

/**
 * Summaries of some links in turn, in a process that does nothing else, so that its CPU is the function's own: what the
 * engine takes, and the proxy in front of it, is not in. Prints what each cost.
 */
export type SummingTask = {
  readonly table: string;
  readonly nowMs: number;
  readonly rounds: number;
  readonly callsPerRound: number;
  readonly codes: readonly string[];
};
export type SummingCost = {
  readonly clicks: number;
  readonly queries: number;
  readonly cpuMs: readonly number[];
  readonly wallMs: readonly number[];
};

const task = JSON.parse(process.argv[2] ?? '') as SummingTask;
const nowMs = () => task.nowMs;

let queries = 0;
const dynamodb = awsJsonClient('dynamodb');
const counted: AwsJsonClient = (...call) => {
  queries += 1;
  return dynamodb(...call);
};
const deps = { counts: clickCounts(documentClient(), counted, task.table, nowMs), nowMs };
const range = timeRange({ interval: '30d' }, task.nowMs);
const ask = (code: string) => {
  const subject = { kind: 'link', domain: 'default', code } as const;
  return summary(deps, { subject, range, policy: 'exclude', filter: null }, { compare: false });
};

async function onceOf(code: string) {
  queries = 0;
  const { totals } = await ask(code);
  return { code, clicks: totals.people + totals.bots, queries, cpuMs: [] as number[], wallMs: [] as number[] };
}

async function roundOf({ code, cpuMs, wallMs }: Awaited<ReturnType<typeof onceOf>>) {
  const startedAtMs = performance.now();
  const before = process.cpuUsage();
  for (let call = 0; call < task.callsPerRound; call += 1) await ask(code);
  const { user, system } = process.cpuUsage(before);
  cpuMs.push((user + system) / 1_000 / task.callsPerRound);
  wallMs.push((performance.now() - startedAtMs) / task.callsPerRound);
}

const costs = [];
for (const code of task.codes) costs.push(await onceOf(code));
for (let round = 0; round <= task.rounds; round += 1) for (const cost of costs) await roundOf(cost);
// The first round warms up.
const answer: readonly SummingCost[] = costs.map(({ clicks, queries: asked, cpuMs, wallMs }) => ({
  clicks,
  queries: asked,
  cpuMs: cpuMs.slice(1),
  wallMs: wallMs.slice(1),
}));
process.stdout.write(JSON.stringify(answer));
process.exit(0);
