import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../fixtures/seeded-random.ts';
import type { SignpostClient } from '../fixtures/signpost-client.ts';
import { signpostClient, targetOf } from '../fixtures/signpost-client.ts';
import { demoIn, type SignpostProcess, signpostProcesses } from '../fixtures/signpost-process.ts';
import { distribution, figures } from './figures.ts';
import { LIMIT_MS, sized } from './scale.ts';

const KILLS = sized(2, 20);
const VISITED_LINKS = 10;
const WRITERS = 4;
const VISITORS = 8;
const LOAD_MS = { least: 400, most: 1_500 };
const RESTART_LIMIT_MS = 10_000;
const COUNTED_LIMIT_MS = 15_000;

const measured = figures('Durability: kill -9 under load');
const spawnSignpost = signpostProcesses();
const folder = mkdtempSync(join(tmpdir(), 'signpost-durability-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  measured.print();
});

type Started = { readonly signpost: SignpostProcess; readonly client: SignpostClient; readonly tookMs: number };

async function start(): Promise<Started> {
  const startedAtMs = performance.now();
  const signpost = await spawnSignpost(['--empty', '--data', folder]).ready();
  const tookMs = performance.now() - startedAtMs;
  const demo = demoIn(folder);
  return { signpost, client: signpostClient(demo, demo.api_key), tookMs };
}

/** What was asked for and what was answered: only the latter is a promise. */
type Tally = { asked: number; answered: number };
type Remembered = { readonly created: Map<string, string>; readonly visits: ReadonlyMap<string, Tally> };

/** Creates and visits until the connection breaks, and remembers every answer. */
async function loadUntilKilled({ signpost, client }: Started, known: Remembered, loadMs: number): Promise<void> {
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
  await signpost.kill();
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
    let running = await start();
    const codes = await running.client.createLinks(VISITED_LINKS);
    const known: Remembered = {
      created: new Map(codes.map((code, index) => [code, targetOf(index)])),
      visits: new Map(codes.map((code) => [code, { asked: 0, answered: 0 }])),
    };
    for (let kills = 0; kills < KILLS; kills += 1) {
      const before = new Set(known.created.keys());
      await loadUntilKilled(running, known, LOAD_MS.least + random() * (LOAD_MS.most - LOAD_MS.least));
      running = await start();
      restartsMs.push(running.tookMs);
      const sinceLast = new Map([...known.created].filter(([code]) => !before.has(code)));
      expect(sinceLast.size).toBeGreaterThan(0);
      expect(await missing(running.client, sinceLast)).toEqual([]);
      const counted = await countedOf(running.client, known.visits);
      for (const [code, { asked, answered }] of known.visits) {
        expect(counted.get(code)).toBeGreaterThanOrEqual(answered);
        expect(counted.get(code)).toBeLessThanOrEqual(asked);
      }
    }
    expect(await missing(running.client, known.created)).toEqual([]);
    running.client.close();
    expect(Math.max(...restartsMs)).toBeLessThanOrEqual(RESTART_LIMIT_MS);
    const answered = [...known.visits.values()].reduce((sum, tally) => sum + tally.answered, 0);
    measured.add(`${KILLS} × kill -9: ${known.created.size} answered creates, ${answered} answered visits`, '0 lost');
    measured.add('restart, from the command to the banner', distribution(restartsMs));
  },
  LIMIT_MS,
);
