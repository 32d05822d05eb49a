import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { startValkey } from '../local/engines/valkey.ts';
import { cpuOfTreeMs } from './process-cpu.ts';
import { median, printTable } from './report.ts';

/**
 * The question: how fast is a hot redirect through the whole laptop stack — gateway, function, cache rules, a click made
 * durable before the answer — beside a bare Node 302 server and beside Node + Valkey + 302 that records nothing? Each
 * target is a process of its own; they take turns under 64 connections.
 */
const CONNECTIONS = 64;
const WARM_UP_S = 3;
const ROUND_S = 6;
const ROUNDS = 5;
const HERE = fileURLToPath(new URL('.', import.meta.url));

type Target = { readonly name: string; readonly url: string; readonly pid: number };
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

async function startServer(
  name: string,
  file: string,
  path: string,
  env: NodeJS.ProcessEnv,
  children: ChildProcess[],
): Promise<Target> {
  const child = spawn(process.execPath, [join(HERE, 'handlers', file)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [, port = ''] = await said(child, /port (\d+)/);
  return { name, url: `http://127.0.0.1:${port}${path}`, pid: child.pid ?? 0 };
}

async function startSignpost(folder: string, children: ChildProcess[]): Promise<Target> {
  const env = { ...process.env, PORT: '0', SHORT_PORT: '0' };
  const args = ['local/start.ts', '--data', folder, '--empty'];
  const child = spawn(process.execPath, args, { cwd: join(HERE, '..'), env, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await said(child, /Ctrl-C/);
  const demo = JSON.parse(readFileSync(join(folder, 'demo.json'), 'utf8')) as {
    app: string;
    short: string;
    api_key: string;
  };
  const answer = await fetch(`${demo.app}/v1/urls`, {
    method: 'POST',
    headers: { authorization: `Bearer ${demo.api_key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      original_url: 'https://example.com/a/rather/long/path?with=a&query=string',
      custom_alias: 'hot',
    }),
  });
  if (answer.status !== 201) throw new Error(`The link was not made: ${await answer.text()}`);
  return { name: 'Signpost, click recorded', url: `${demo.short}/hot`, pid: child.pid ?? 0 };
}

function said(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const match = pattern.exec(text);
      if (match !== null) resolve(match);
    });
    child.once('exit', (code) => reject(new Error(`A target ended with ${code}: ${text}`)));
  });
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
