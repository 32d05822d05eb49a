import { setTimeout as sleep } from 'node:timers/promises';
import { awsJsonClient } from '../../adapters/aws-json.ts';
import { clickSpool } from '../../adapters/click-spool.ts';
import { clickStream } from '../../adapters/click-stream.ts';
import { newClickId } from '../../core/clicks/click-id.ts';
import { groupCommit } from '../../core/clicks/group-commit.ts';
import type { Click } from '../../core/clicks/row.ts';
import { DEVICES } from '../../core/clicks/row.ts';
import { asStats, ClickTruth, cellsInStats, cellsInTable, difference, withoutTime } from '../fixtures/click-truth.ts';
import type { RunningSignpost } from '../fixtures/running-signpost.ts';
import { startSignpost } from '../fixtures/running-signpost.ts';
import { pick, seededRandom } from '../fixtures/seeded-random.ts';
import { figures } from './figures.ts';
import { LIMIT_MS, sized } from './scale.ts';

const SIZE = sized(
  { clicks: 4_000, links: 50, seeds: [1], kills: 6, visits: 600, visitKills: 3 },
  { clicks: 100_000, links: 200, seeds: [1, 2, 3, 4, 5], kills: 200, visits: 5_000, visitKills: 20 },
);
const DUPLICATES = 0.01;
const REFUSED_ENTRIES = 0.05;
const LOST_ANSWERS = 0.01;
const REORDER_WINDOW = 1_000;
const LATE_SHARE = 0.02;
const CLICKS_PER_SECOND = 500;
const SENT_TOGETHER = 250;
const DAY_MS = 86_400_000;
const COUNTRIES = ['DE', 'US', 'IN', 'BR', 'FR', 'JP', 'ZZ'] as const;
const BOT = 'Googlebot/2.1 (+http://www.google.com/bot.html)';
const PERSON = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

const measured = figures('Exactness: counts against a truth kept beside the product');
afterAll(() => measured.print());

describe.each(SIZE.seeds)(`${SIZE.clicks} clicks over ${SIZE.links} links, seed %i`, (seed) => {
  let signpost: RunningSignpost;
  beforeAll(async () => {
    signpost = await startSignpost();
  }, LIMIT_MS);
  afterAll(() => signpost.stop());

  test(
    'put in any order, twice, late, partly refused and with the counter killed, are counted exactly once each',
    async () => {
      const random = seededRandom(seed);
      const codes = (await signpost.createLinks(SIZE.links)) as [string, ...string[]];
      const clicks = clicksAcrossMidnight(codes, random);
      const truth = new ClickTruth();
      for (const click of clicks) truth.add(click);

      const stream = disturbStream(signpost, random);
      const kills = killCounter(signpost, { kills: SIZE.kills, share: 0.3 }, random);
      const puts = disordered(clicks, random);
      const startedAtMs = performance.now();
      await send(signpost, puts);
      await signpost.laptop.pumps.idle();
      const tookMs = performance.now() - startedAtMs;

      const differences = {
        table: difference(truth.cells, await cellsInTable(signpost)),
        stats: difference(asStats(truth.cells), await cellsInStats(signpost, codes)),
      };
      measured.add(
        `seed ${seed}: ${puts.length} puts, ${stream.refused()} entries refused, ${stream.lost()} answers lost, ${kills.done()} kills`,
        `difference ${differences.table} in the table, ${differences.stats} in the API · ${(tookMs / 1_000).toFixed(1)} s`,
      );
      expect(differences).toEqual({ table: 0, stats: 0 });
      expect(signpost.failedRecords()).toEqual([]);
      expect(kills.done()).toBe(SIZE.kills);
      expect(stream.refused()).toBeGreaterThan(puts.length * REFUSED_ENTRIES * 0.5);
    },
    LIMIT_MS,
  );
});

describe(`${SIZE.visits} visits through the short domain`, () => {
  let signpost: RunningSignpost;
  beforeAll(async () => {
    signpost = await startSignpost();
  }, LIMIT_MS);
  afterAll(() => signpost.stop());

  test(
    'are counted exactly once each, by country, device and bot, while the stream stumbles and the counter is killed',
    async () => {
      const random = seededRandom(99);
      const codes = (await signpost.createLinks(20)) as [string, ...string[]];
      const truth = new ClickTruth();
      const stream = disturbStream(signpost, random);
      const kills = killCounter(signpost, { kills: SIZE.visitKills, share: 0.8 }, random);
      const visit = async (): Promise<void> => {
        const [code, country, device] = [pick(codes, random), pick(COUNTRIES, random), pick(DEVICES, random)];
        const bot = random() < 0.1;
        const answer = await signpost.visit(code, {
          'user-agent': bot ? BOT : PERSON,
          'x-signpost-viewer': `country=${country};device=${device}`,
        });
        expect(answer.status).toBe(302);
        truth.add({ code, at_ms: Date.now(), country, device, bot });
      };
      for (let sent = 0; sent < SIZE.visits; sent += 50) await Promise.all(Array.from({ length: 50 }, visit));
      await signpost.laptop.pumps.idle();

      const found = difference(withoutTime(truth.cells), withoutTime(await cellsInTable(signpost)));
      measured.add(
        `${truth.clicks} visits by HTTP, ${stream.refused()} entries refused, ${stream.lost()} answers lost, ${kills.done()} kills`,
        `difference ${found}`,
      );
      expect(found).toBe(0);
      expect(signpost.failedRecords()).toEqual([]);
      expect(kills.done()).toBe(SIZE.visitKills);
    },
    LIMIT_MS,
  );
});

/** Clicks around the last midnight (UTC), in order; some were made a day before they arrive. */
function clicksAcrossMidnight(codes: readonly [string, ...string[]], random: () => number): readonly Click[] {
  const midnightMs = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const durationMs = (SIZE.clicks / CLICKS_PER_SECOND) * 1_000;
  return Array.from({ length: SIZE.clicks }, (_, index) => {
    const onTimeMs = Math.floor(midnightMs + durationMs * (index / SIZE.clicks - 0.5));
    const atMs = random() < LATE_SHARE ? onTimeMs - DAY_MS : onTimeMs;
    return {
      id: newClickId(atMs),
      domain: 'default',
      // The square favours the first links, as the world does.
      code: codes[Math.floor(random() ** 2 * codes.length)] ?? codes[0],
      workspace_id: 'ws_demo',
      at_ms: atMs,
      source: 'click',
      country: pick(COUNTRIES, random),
      region: '',
      city: '',
      device: pick(DEVICES, random),
      bot: random() < 0.1,
    };
  });
}

/** Some clicks twice, and each up to a window away from its place. */
function disordered(clicks: readonly Click[], random: () => number): readonly Click[] {
  return clicks
    .flatMap((click, index) =>
      random() < DUPLICATES
        ? [
            { click, index },
            { click, index },
          ]
        : [{ click, index }],
    )
    .map(({ click, index }) => ({ click, place: index + random() * REORDER_WINDOW }))
    .sort((a, b) => a.place - b.place)
    .map(({ click }) => click);
}

/** Puts clicks as the redirect does. What it would leave in its log is put again, as the runbook says. */
async function send(signpost: RunningSignpost, clicks: readonly Click[]): Promise<void> {
  const env = signpost.envOf('redirect');
  let inLog: Click[] = [];
  const sink = groupCommit({
    stream: clickStream(awsJsonClient('kinesis', env), signpost.fn('redirect').env['CLICK_STREAM'] ?? ''),
    spool: clickSpool(awsJsonClient('dynamodb', env), signpost.tableName('clickSpool'), Date.now),
    lastResort: (lost) => void inLog.push(...lost),
    nowMs: Date.now,
  });
  for (let start = 0; start < clicks.length; start += SENT_TOGETHER)
    await Promise.all(clicks.slice(start, start + SENT_TOGETHER).map((click) => sink.record(click)));
  while (inLog.length > 0) {
    const replayed = inLog;
    inLog = [];
    await Promise.all(replayed.map((click) => sink.record(click)));
  }
}

/** Every PutRecords loses some of its entries, some lose their answer. */
function disturbStream({ laptop }: RunningSignpost, random: () => number) {
  let [refused, lost] = [0, 0];
  laptop.engines.kinesis.faultFor = ({ action }, entries) => {
    if (action !== 'kinesis:PutRecords') return null;
    if (random() < LOST_ANSWERS) {
      lost += 1;
      return { kind: 'lose-answer' };
    }
    const indexes = Array.from({ length: entries }, (_, index) => index).filter(() => random() < REFUSED_ENTRIES);
    refused += indexes.length;
    return { kind: 'fail-entries', indexes };
  };
  return { refused: () => refused, lost: () => lost };
}

/** Ends the counter's thread around a share of its reads and writes; a kill counts if a batch was in its hands. */
function killCounter(
  signpost: RunningSignpost,
  { kills, share }: { readonly kills: number; readonly share: number },
  random: () => number,
) {
  const { laptop } = signpost;
  const { name, roleName } = signpost.fn('clicks-to-counts');
  const feed = laptop.plan.eventSources.find(({ functionName }) => functionName === name)?.name ?? '';
  const hasBatch = (): boolean =>
    Object.entries(laptop.pumps.lagMs()).some(([pump, lagMs]) => pump.startsWith(`${feed}/`) && lagMs > 0);
  let done = 0;
  let isKilling = false;
  const kill = async (): Promise<void> => {
    if (random() < 0.5) await sleep(random() * 20);
    if (hasBatch()) {
      done += 1;
      await laptop.host.kill(name);
    }
    isKilling = false;
  };
  laptop.engines.dynamoDb.faultFor = ({ accessKeyId }) => {
    if (accessKeyId === roleName && done < kills && !isKilling && random() < share) {
      isKilling = true;
      void kill();
    }
    return null;
  };
  return { done: () => done };
}
