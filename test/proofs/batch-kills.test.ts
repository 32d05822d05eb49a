import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'csv-parse/sync';
import type { Batch } from '../../core/batches/batch.ts';
import { isSettled } from '../../core/batches/batch.ts';
import { seededRandom } from '../fixtures/seeded-random.ts';
import type { BatchCall, BatchFacts } from './batch-child.ts';
import { figures } from './figures.ts';
import { LIMIT_MS, sized } from './scale.ts';

const ROWS = sized(400, 2_000);
const KILLS = sized(2, 15);
/** Within this the next kill comes, at any moment: while it plans, makes or puts the files together. */
const KILL_WITHIN_MS = sized(2_000, 4_000);

const measured = figures('Batches: kill -9 at random moments');
const folder = mkdtempSync(join(tmpdir(), 'signpost-batches-'));
let running: ChildProcess | null = null;
afterAll(async () => {
  if (running !== null) await kill(running);
  rmSync(folder, { recursive: true, force: true });
  measured.print();
});

async function start(): Promise<ChildProcess> {
  const child = fork(join(__dirname, 'batch-child.ts'), [folder], { execArgv: ['--no-warnings'] });
  running = child;
  const [said] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (said !== 'ready') throw new Error('The laptop did not start');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  running = null;
  child.kill('SIGKILL');
  if (child.signalCode === null) await once(child, 'exit');
}

async function ask<T>(child: ChildProcess, call: BatchCall): Promise<T> {
  child.send(call);
  const [value] = (await once(child, 'message')) as [T];
  return value;
}

/** What is left of a batch that was killed again and again, once nobody is at it any more. */
async function afterKills(order: BatchCall, seed: number): Promise<BatchFacts> {
  const random = seededRandom(seed);
  let child = await start();
  const { id } = await ask<Batch>(child, order);
  const seen: string[] = [];
  for (let killed = 0; killed < KILLS; killed += 1) {
    await sleep(random() * KILL_WITHIN_MS);
    const { state, progress } = await ask<Batch>(child, { find: id });
    seen.push(`${state.status === 'running' ? state.phase : state.status} ${progress.done}`);
    await kill(child);
    child = await start();
  }
  while (!isSettled(await ask<Batch>(child, { find: id }))) await sleep(100);
  measured.add('spoiled' in order ? 'rolled back, killed while' : 'killed while', seen.join(', '));
  const facts = await ask<BatchFacts>(child, { facts: id });
  await kill(child);
  return facts;
}

test(
  `${KILLS} kills leave ${ROWS} rows each made once, with one link each, a whole ZIP, and an end with one id`,
  async () => {
    const facts = await afterKills({ order: ROWS }, 20_261_121);
    expect(facts.batch).toMatchObject({
      state: { status: 'succeeded' },
      progress: { total: ROWS, done: ROWS, failed: 0 },
      runLinks: ROWS,
      quota: null,
    });
    const rows = parse<Record<string, string>>(facts.manifest, { columns: true });
    expect(rows.map(({ row }) => Number(row))).toEqual(Array.from({ length: ROWS }, (_, index) => index + 1));
    expect(facts.links.toSorted()).toEqual(rows.map(({ short_code: code }) => code ?? '').toSorted());
    expect(facts.eventIds).toHaveLength(1);
    expect(new Set(facts.files)).toEqual(new Set(['manifest.csv', ...rows.map(({ file }) => file)]));
  },
  LIMIT_MS * 2,
);

test(
  `${KILLS} kills of a batch of ${ROWS} links that is rolled back leave no link, no chunk, and only why`,
  async () => {
    const facts = await afterKills({ order: ROWS, spoiled: true }, 20_261_122);
    expect(facts.batch).toMatchObject({ state: { status: 'failed', failure: 'rolled_back' }, quota: null });
    expect([facts.links, facts.chunks, facts.objects]).toEqual([[], 0, ['1/errors.csv']]);
    expect(facts.eventIds).toHaveLength(1);
  },
  LIMIT_MS * 2,
);
