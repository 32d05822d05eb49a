import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Demo } from '../../local/seed.ts';
import { distinctClicks, filedRecords, lakeRows } from '../fixtures/lake-rows.ts';
import type { SignpostClient } from '../fixtures/signpost-client.ts';
import { signpostClient } from '../fixtures/signpost-client.ts';
import { figures } from './figures.ts';
import { LIMIT_MS, sized } from './scale.ts';

/**
 * Kills the whole Signpost with -9 while it is visited, at moments that fall into every part of a delivery, and compares in
 * the end: for each link, the clicks that were counted and the different ids in the lake.
 */
const KILLS = sized(2, 20);
const LINKS = 5;
const VISITORS = 4;
const SETTLED_LIMIT_MS = 40_000;
const REPOSITORY = join(__dirname, '..', '..');

const measured = figures('Lake: kill -9 under load');
const folder = mkdtempSync(join(tmpdir(), 'signpost-lake-proof-'));
let running: ChildProcess | null = null;
afterAll(async () => {
  if (running !== null) await kill(running);
  rmSync(folder, { recursive: true, force: true });
  measured.print();
});

async function start(): Promise<{ readonly child: ChildProcess; readonly client: SignpostClient }> {
  const child = spawn(
    process.execPath,
    ['--import', './bin/require-node.js', 'local/start.ts', '--empty', '--data', folder],
    { cwd: REPOSITORY, env: { PATH: process.env['PATH'], PORT: '0', SHORT_PORT: '0' } },
  );
  running = child;
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  while (!said.includes('Stop with Ctrl-C')) {
    if (child.exitCode !== null) throw new Error(`Signpost did not start: ${said}`);
    await sleep(20);
  }
  const demo = JSON.parse(readFileSync(join(folder, 'demo.json'), 'utf8')) as Demo;
  return { child, client: signpostClient(demo, demo.api_key) };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
  running = null;
}

/** Answers how many visits were answered with a redirect before the connection broke. */
async function visitUntilKilled(client: SignpostClient, codes: readonly string[]): Promise<number> {
  let answered = 0;
  try {
    for (let turn = 0; ; turn += 1) {
      if ((await client.visit(codes[turn % codes.length] ?? '')).status === 302) answered += 1;
    }
  } catch {
    return answered;
  }
}

async function countedIn(client: SignpostClient, codes: readonly string[]): Promise<readonly number[]> {
  const answers = await Promise.all(codes.map((code) => client.api('GET', `/v1/urls/${code}/stats`)));
  return answers.map(({ body }) => (JSON.parse(body) as { total: number }).total);
}

it(
  `has the same clicks in the lake as were counted after ${KILLS} times kill -9`,
  async () => {
    let { child, client } = await start();
    const codes = await client.createLinks(LINKS);
    let answered = 0;
    for (let time = 0; time < KILLS; time += 1) {
      const visits = Array.from({ length: VISITORS }, () => visitUntilKilled(client, codes));
      // Files are written every five seconds: kills fall before, into and behind one.
      await sleep(4_000 + 331 * (time % 8));
      await kill(child);
      client.close();
      answered += (await Promise.all(visits)).reduce((sum, one) => sum + one, 0);
      ({ child, client } = await start());
    }
    const bucketsDir = join(folder, 's3');
    const deadlineMs = Date.now() + SETTLED_LIMIT_MS;
    for (;;) {
      const counted = await countedIn(client, codes);
      const rows = await lakeRows(bucketsDir);
      const distinct = distinctClicks(rows);
      const inLake = codes.map((code) => distinct.get(code) ?? 0);
      const total = inLake.reduce((sum, one) => sum + one, 0);
      if (total >= answered && String(counted) === String(inLake)) {
        measured.add('visits answered', answered);
        measured.add('clicks counted, and different ids in the lake', total);
        measured.add('rows', rows.length);
        break;
      }
      if (Date.now() > deadlineMs) expect({ inLake, total }).toEqual({ inLake: counted, total: answered });
      await sleep(500);
    }
    expect(filedRecords(bucketsDir, 'processing-failed')).toEqual([]);
    expect(answered).toBeGreaterThan(KILLS * LINKS);
  },
  LIMIT_MS + SETTLED_LIMIT_MS,
);
