import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { startValkey } from '../local/engines/valkey.ts';
import { cpuOfTreeMs } from './process-cpu.ts';
import { median, printTable } from './report.ts';
import { startServer, startSignpost, type Target } from './target-process.ts';

/**
 * The question: how fast is a hot redirect through the whole laptop stack — gateway, function, cache rules, a click made
 * durable before the answer — beside a bare Node 302 server and beside Node + Valkey + 302 that records nothing? Each
 * target is a process of its own; they take turns under 64 connections.
 */
const CONNECTIONS = 64;
const WARM_UP_S = 3;
const ROUND_S = 6;
const ROUNDS = 5;

type Round = { readonly perSecond: number; readonly p50Ms: number; readonly p99Ms: number; readonly cpuUs: number };

export async function benchRedirect(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'signpost-bench-'));
  const valkey = await startValkey();
  const children: ChildProcess[] = [];
  try {
    const targets = [
      await startServer('bare Node 302', 'bare-server.ts', '/', {}, children),
      await startServer(
        'Node + Valkey + 302',
        'valkey-server.ts',
        '/hot',
        { VALKEY_ENDPOINT_URL: valkey.url },
        children,
      ),
      await startSignpost(folder, children),
    ];
    const rounds = new Map<string, Round[]>(targets.map(({ name }) => [name, []]));
    for (const target of targets) await load(target, WARM_UP_S);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const target of targets) rounds.get(target.name)?.push(await load(target, ROUND_S));
    }
    report(rounds);
  } finally {
    for (const child of children) child.kill('SIGTERM');
    await valkey.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function load(target: Target, seconds: number): Promise<Round> {
  const cpuBeforeMs = cpuOfTreeMs(target.pid);
  const result = await autocannon({ url: target.url, connections: CONNECTIONS, duration: seconds });
  const cpuMs = cpuOfTreeMs(target.pid) - cpuBeforeMs;
  if (result['3xx'] !== result.requests.total || result.errors > 0)
    throw new Error(`${target.name} did not redirect every visit`);
  return {
    perSecond: result.requests.total / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    cpuUs: (cpuMs * 1_000) / result.requests.total,
  };
}

function report(rounds: ReadonlyMap<string, readonly Round[]>): void {
  const of = (name: string, figure: keyof Round): number =>
    median((rounds.get(name) ?? []).map((round) => round[figure]));
  const [bare = ''] = rounds.keys();
  printTable(
    `Hot redirect, ${CONNECTIONS} connections, ${ROUNDS} rounds of ${ROUND_S} s each in turn, medians`,
    ['', 'redirects/s', '× bare', 'p50 ms', 'p99 ms', '× bare', 'CPU µs per redirect, whole process tree'],
    [...rounds.keys()].map((name) => [
      name,
      of(name, 'perSecond').toFixed(0),
      (of(name, 'perSecond') / of(bare, 'perSecond')).toFixed(2),
      of(name, 'p50Ms').toFixed(1),
      of(name, 'p99Ms').toFixed(1),
      (of(name, 'p99Ms') / of(bare, 'p99Ms')).toFixed(2),
      of(name, 'cpuUs').toFixed(0),
    ]),
  );
}
