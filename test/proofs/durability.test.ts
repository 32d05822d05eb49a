import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Demo } from '../../local/seed.ts';
import { seededRandom } from '../fixtures/seeded-random.ts';
import type { SignpostClient } from '../fixtures/signpost-client.ts';
import { signpostClient, targetOf } from '../fixtures/signpost-client.ts';
import { distribution, figures } from './figures.ts';
import { LIMIT_MS, sized } from './scale.ts';

const KILLS = sized(2, 20);
const VISITED_LINKS = 10;
const WRITERS = 4;
const VISITORS = 8;
const LOAD_MS = { least: 400, most: 1_500 };
const RESTART_LIMIT_MS = 10_000;
const COUNTED_LIMIT_MS = 15_000;
const REPOSITORY = join(__dirname, '..', '..');

const measured = figures('Durability: kill -9 under load');
const folder = mkdtempSync(join(tmpdir(), 'signpost-durability-'));
let running: ChildProcess | null = null;
afterAll(async () => {
  if (running !== null) await kill(running);
  rmSync(folder, { recursive: true, force: true });
  measured.print();
});

type Started = { readonly child: ChildProcess; readonly client: SignpostClient; readonly tookMs: number };

/** `npm start` on the folder, ready to be used. Throws with what it said when it does not get there. */
async function start(): Promise<Started> {
  const startedAtMs = performance.now();
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
  const tookMs = performance.now() - startedAtMs;
  const demo = JSON.parse(readFileSync(join(folder, 'demo.json'), 'utf8')) as Demo;
  return { child, client: signpostClient(demo, demo.api_key), tookMs };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
  running = null;
}

/** What was asked for and what was answered: only the latter is a promise. */
type Tally = { asked: number; answered: number };
type Remembered = { readonly created: Map<string, string>; readonly visits: ReadonlyMap<string, Tally> };

/** Creates and visits until the connection breaks, and remembers every answer. */
async function loadUntilKilled({ child, client }: Started, known: Remembered, loadMs: number): Promise<void> {
  const untilCut = async (once: (turn: number) => Promise<void>): Promise<void> => {
    try {
      for (let turn = 0; ; turn += 1) await once(turn);
    } catch {
      // The connection was cut: what was not answered is not promised.
    }
  };
  const write = async (): Promise<void> => {
    const target = targetOf(known.created.size);
    const answer = await client.api('POST', '/v1/urls', { original_url: target });
    if (answer.status === 201)
      known.created.set((JSON.parse(answer.body) as { short_code: string }).short_code, target);
  };
  const codes = [...known.visits.keys()];
  const visit = async (turn: number): Promise<void> => {
    const code = codes[turn % codes.length] ?? '';
    const tally = known.visits.get(code) ?? { asked: 0, answered: 0 };
    tally.asked += 1;
    if ((await client.visit(code)).status === 302) tally.answered += 1;
  };
  const load = [
    ...Array.from({ length: WRITERS }, () => untilCut(write)),
    ...Array.from({ length: VISITORS }, () => untilCut(visit)),
  ];
  await sleep(loadMs);
  await kill(child);
  await Promise.all(load);
  client.close();
}

/** Codes that do not answer with their target. */
async function missing(client: SignpostClient, created: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const lost: string[] = [];
  for (const [code, target] of created) {
    const answer = await client.api('GET', `/v1/urls/${code}`);
    if (answer.status !== 200 || (JSON.parse(answer.body) as { original_url: string }).original_url !== target)
      lost.push(code);
  }
  return lost;
}

/** Counts of the visited links once they have reached what was answered, or after the limit whatever they are. */
async function countedOf(client: SignpostClient, visits: Remembered['visits']): Promise<ReadonlyMap<string, number>> {
  const endsAtMs = performance.now() + COUNTED_LIMIT_MS;
  for (;;) {
    const counted = new Map<string, number>();
    for (const code of visits.keys()) {
      const answer = await client.api('GET', `/v1/urls/${code}/stats`);
      counted.set(code, (JSON.parse(answer.body) as { total: number }).total);
    }
    const isThere = [...visits].every(([code, { answered }]) => (counted.get(code) ?? 0) >= answered);
    if (isThere || performance.now() > endsAtMs) return counted;
    await sleep(200);
  }
}

test(
  `after each of ${KILLS} kills under load every answered create is there, every answered visit is counted, and the start takes at most 10 s`,
  async () => {
    const random = seededRandom(11);
    const restartsMs: number[] = [];
    let signpost = await start();
    const codes = await signpost.client.createLinks(VISITED_LINKS);
    const known: Remembered = {
      created: new Map(codes.map((code, index) => [code, targetOf(index)])),
      visits: new Map(codes.map((code) => [code, { asked: 0, answered: 0 }])),
    };
    for (let kills = 0; kills < KILLS; kills += 1) {
      const before = new Set(known.created.keys());
      await loadUntilKilled(signpost, known, LOAD_MS.least + random() * (LOAD_MS.most - LOAD_MS.least));
      signpost = await start();
      restartsMs.push(signpost.tookMs);
      const sinceLast = new Map([...known.created].filter(([code]) => !before.has(code)));
      expect(sinceLast.size).toBeGreaterThan(0);
      expect(await missing(signpost.client, sinceLast)).toEqual([]);
      const counted = await countedOf(signpost.client, known.visits);
      for (const [code, { asked, answered }] of known.visits) {
        expect(counted.get(code)).toBeGreaterThanOrEqual(answered);
        expect(counted.get(code)).toBeLessThanOrEqual(asked);
      }
    }
    expect(await missing(signpost.client, known.created)).toEqual([]);
    signpost.client.close();
    expect(Math.max(...restartsMs)).toBeLessThanOrEqual(RESTART_LIMIT_MS);
    const answered = [...known.visits.values()].reduce((sum, tally) => sum + tally.answered, 0);
    measured.add(`${KILLS} × kill -9: ${known.created.size} answered creates, ${answered} answered visits`, '0 lost');
    measured.add('restart, from the command to the banner', distribution(restartsMs));
  },
  LIMIT_MS,
);
