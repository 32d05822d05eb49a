import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { newClickId } from '../../core/clicks/click-id.ts';
import { aClickEvent } from '../fixtures/clicks.ts';
import { distinctClicks, filedRecords, lakeRows } from '../fixtures/lake-rows.ts';
import { hoursAround, reconciling } from '../fixtures/reconciling.ts';
import { startSignpost } from '../fixtures/running-signpost.ts';
import { seededRandom } from '../fixtures/seeded-random.ts';
import type { SignpostClient } from '../fixtures/signpost-client.ts';
import { signpostClient } from '../fixtures/signpost-client.ts';
import { demoIn, type SignpostProcess, signpostProcesses } from '../fixtures/signpost-process.ts';
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
/** Clicks that come up to 23 hours late, from more cities than counters have room for. */
const EVENTS = sized(2_000, 50_000);
const AT_ONCE = 400;
const CITIES = 400;
const LATE_MS = 23 * 3_600_000;

const measured = figures('Lake: kill -9 under load');
const spawnSignpost = signpostProcesses();
const folder = mkdtempSync(join(tmpdir(), 'signpost-lake-proof-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  measured.print();
});

async function start(): Promise<{ readonly signpost: SignpostProcess; readonly client: SignpostClient }> {
  const signpost = await spawnSignpost(['--empty', '--data', folder]).ready();
  const demo = demoIn(folder);
  return { signpost, client: signpostClient(demo, demo.api_key) };
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
    let { signpost, client } = await start();
    const codes = await client.createLinks(LINKS);
    let answered = 0;
    for (let time = 0; time < KILLS; time += 1) {
      const visits = Array.from({ length: VISITORS }, () => visitUntilKilled(client, codes));
      // Files are written every five seconds: kills fall before, into and behind one.
      await sleep(4_000 + 331 * (time % 8));
      await signpost.kill();
      client.close();
      answered += (await Promise.all(visits)).reduce((sum, one) => sum + one, 0);
      ({ signpost, client } = await start());
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
    await signpost.kill();
    client.close();
  },
  LIMIT_MS + SETTLED_LIMIT_MS,
);

it(
  'finds no difference between lake, roll-ups and counters after that, nor after duplicates and late clicks',
  async () => {
    const signpost = await startSignpost({ dataDir: folder });
    const works = reconciling(signpost);
    const random = seededRandom(11);
    const nowMs = Date.now();
    const events = Array.from({ length: EVENTS }, () => {
      const atMs = nowMs - Math.floor(random() * LATE_MS);
      const code = `late${Math.floor(random() * LINKS)}`;
      const workspace_id = `ws_${Math.floor(random() * 3)}`;
      const city = `City ${Math.floor(random() * CITIES)}`;
      return aClickEvent({ id: newClickId(atMs), at_ms: atMs, code, workspace_id, city });
    });
    for (let index = 0; index < events.length; index += AT_ONCE) {
      const some = events.slice(index, index + AT_ONCE);
      // Some come twice, some once more much later.
      await works.put([...some, ...some.filter(() => random() < 0.1)].slice(0, 500));
      if (random() < 0.5) await works.put(events.filter(() => random() < 0.01).slice(0, 500));
      if (random() < 0.3) await works.rollUp();
    }
    await works.settle();
    const startedMs = performance.now();
    expect(await works.rollUp()).toMatchObject({ isDone: true });
    const rolledUpMs = performance.now();
    const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
    const answers = [await works.reconcile(hoursAround(nowMs, 26))];
    for (const day of new Set([dayOf(nowMs - LATE_MS), dayOf(nowMs)])) answers.push(await works.reconcile({ day }));
    measured.add('clicks compared by the hour', answers[0]?.clicks ?? 0);
    measured.add('last roll-up', `${Math.round(rolledUpMs - startedMs)} ms`);
    measured.add('comparisons', `${Math.round(performance.now() - rolledUpMs)} ms`);
    await signpost.stop();
    expect(answers.map(({ differences }) => differences)).toEqual(answers.map(() => []));
    expect(answers[0]?.clicks).toBeGreaterThanOrEqual(EVENTS);
  },
  LIMIT_MS,
);
