import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { median, printTable } from './report.ts';
import { startSignpost } from './target-process.ts';

/**
 * The question: what does a flood of sign-ins, each from another address at another account, do to visitors? Redirects
 * come at a fixed rate, with and without 200 sign-ins a second beside them, in turn. The baseline is the calm round.
 */
const REDIRECTS_PER_S = 200;
const SIGN_INS_PER_S = 200;
const WARM_UP_S = 3;
const ROUND_S = 8;
const ROUNDS = 5;
const TICK_MS = 50;

type Round = { readonly p50Ms: number; readonly p99Ms: number };
type Flood = { readonly stop: () => Promise<ReadonlyMap<number, number>> };

export async function benchSignIns(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'signpost-bench-'));
  const children: ChildProcess[] = [];
  try {
    const { url, app } = await startSignpost(folder, children);
    await visit(url, WARM_UP_S);
    const calm: Round[] = [];
    const flooded: Round[] = [];
    const statuses = new Map<number, number>();
    for (let round = 0; round < ROUNDS; round += 1) {
      calm.push(await visit(url, ROUND_S));
      const flood = startFlood(app, round);
      flooded.push(await visit(url, ROUND_S));
      for (const [status, count] of await flood.stop()) statuses.set(status, (statuses.get(status) ?? 0) + count);
    }
    report(calm, flooded, statuses);
  } finally {
    for (const child of children) child.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  }
}

async function visit(url: string, seconds: number): Promise<Round> {
  const result = await autocannon({ url, connections: 16, duration: seconds, overallRate: REDIRECTS_PER_S });
  if (result['3xx'] !== result.requests.total || result.errors > 0) throw new Error('Not every visit was redirected.');
  return { p50Ms: result.latency.p50, p99Ms: result.latency.p99 };
}

/** Open loop: attempts come whether or not the former ones were answered. */
function startFlood(app: string, round: number): Flood {
  const statuses = new Map<number, number>();
  const running = new Set<Promise<void>>();
  let attempts = 0;
  const attempt = async (): Promise<void> => {
    const client = (attempts += 1);
    const answer = await fetch(`${app}/v1/auth/login`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-signpost-viewer': `address=10.${round}.${client >> 8}.${client & 255}`,
      },
      body: JSON.stringify({ email: `nobody-${round}-${client}@example.com`, password: 'a wrong password' }),
    });
    await answer.arrayBuffer();
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
  };
  const timer = setInterval(() => {
    for (let index = 0; index < (SIGN_INS_PER_S * TICK_MS) / 1_000; index += 1) {
      const one = attempt().finally(() => running.delete(one));
      running.add(one);
    }
  }, TICK_MS);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(running);
      return statuses;
    },
  };
}

function report(calm: readonly Round[], flooded: readonly Round[], statuses: ReadonlyMap<number, number>): void {
  const of = (rounds: readonly Round[], figure: keyof Round): number => median(rounds.map((round) => round[figure]));
  const ratio = (figure: keyof Round): string => (of(flooded, figure) / of(calm, figure)).toFixed(2);
  printTable(
    `${REDIRECTS_PER_S} redirects a second beside ${SIGN_INS_PER_S} sign-ins a second, ${ROUNDS} rounds of ${ROUND_S} s each in turn, medians`,
    ['', 'p50 ms', '× calm', 'p99 ms', '× calm'],
    [
      ['calm', of(calm, 'p50Ms').toFixed(1), '1.00', of(calm, 'p99Ms').toFixed(1), '1.00'],
      ['flooded', of(flooded, 'p50Ms').toFixed(1), ratio('p50Ms'), of(flooded, 'p99Ms').toFixed(1), ratio('p99Ms')],
    ],
  );
  const answers = [...statuses].sort(([one], [other]) => one - other).map(([status, count]) => `${count} × ${status}`);
  console.log(`\nThe flood was answered: ${answers.join(', ')}.`);
}
