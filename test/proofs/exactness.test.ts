import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { awsJsonClient } from '../../adapters/aws-json.ts';
import { clickSpool } from '../../adapters/click-spool.ts';
import { clickStream } from '../../adapters/click-stream.ts';
import { newClickId } from '../../core/clicks/click-id.ts';
import { groupCommit } from '../../core/clicks/group-commit.ts';
import type { Click, ClickEvent } from '../../core/clicks/row.ts';
import { DEVICES } from '../../core/clicks/row.ts';
import { encodeSketch } from '../../core/clicks/sketch-encoding.ts';
import { EMPTY_SKETCH, withVisitors } from '../../core/clicks/unique-visitors.ts';
import type { CountedFacts } from '../fixtures/click-truth.ts';
import {
  asStats,
  ClickTruth,
  cellsInStats,
  cellsInTable,
  difference,
  sketchesInTable,
  withoutTime,
} from '../fixtures/click-truth.ts';
import type { RunningSignpost } from '../fixtures/running-signpost.ts';
import { startSignpost } from '../fixtures/running-signpost.ts';
import { pick, seededRandom } from '../fixtures/seeded-random.ts';
import { targetOf } from '../fixtures/signpost-client.ts';
import { figures } from './figures.ts';
import { LIMIT_MS, sized } from './scale.ts';

const SIZE = sized(
  { clicks: 4_000, links: 50, seeds: [1], kills: 6, visits: 600, visitKills: 3 },
  { clicks: 120_000, links: 200, seeds: [1, 2, 3, 4, 5], kills: 200, visits: 10_000, visitKills: 20 },
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
const TAGS = ['spring', 'summer #1', 'ü/2026', 'print'] as const;
const LANGUAGES = ['de-AT', 'en', 'pt-BR', ''] as const;
const REFERRERS = ['news.example', 'search.example', 'xn--mnchen-3ya.example', ''] as const;

type Agent = { readonly userAgent: string; readonly told: Partial<Click> };
/** What the product must read out of each, written down by hand. */
const AGENTS: readonly [Agent, ...Agent[]] = [
  {
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    told: { os: 'Linux', browser: 'Chrome', device: 'desktop' },
  },
  {
    userAgent:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
    told: { os: 'iOS', browser: 'Safari', device: 'mobile' },
  },
  {
    userAgent:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 380.0.0.0.1',
    told: { os: 'iOS', browser: 'Safari', device: 'mobile', in_app: 'Instagram' },
  },
  { userAgent: 'Googlebot/2.1 (+http://www.google.com/bot.html)', told: { browser: 'Googlebot', bot: true } },
  { userAgent: 'curl/8.5.0', told: { bot: true } },
];

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
      const truth = new ClickTruth();
      const clicks = clicksAcrossMidnight(codes, random, truth);

      const stream = disturbStream(signpost, random);
      const kills = killCounter(signpost, { kills: SIZE.kills, share: 0.5 }, random);
      const puts = disordered(clicks, random);
      const startedAtMs = performance.now();
      await send(signpost, puts);
      await signpost.laptop.pumps.idle();
      const tookMs = performance.now() - startedAtMs;

      const differences = {
        table: difference(truth.cells, await cellsInTable(signpost)),
        stats: difference(asStats(truth.cells), await cellsInStats(signpost, codes)),
        sketches: await wrongSketches(signpost, truth),
      };
      measured.add(
        `seed ${seed}: ${puts.length} puts, ${stream.refused()} entries refused, ${stream.lost()} answers lost, ${kills.done()} kills`,
        `difference ${differences.table} in ${truth.cells.size} cells of the table, ${differences.stats} in the API, ${differences.sketches} of ${truth.visitors.size} sketches · ${(tookMs / 1_000).toFixed(1)} s`,
      );
      expect(differences).toEqual({ table: 0, stats: 0, sketches: 0 });
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
    'are counted exactly once each, by every dimension, while the stream stumbles and the counter is killed',
    async () => {
      const random = seededRandom(99);
      const tags = Array.from({ length: 20 }, (_, index) => TAGS.slice(0, index % 3));
      const codes = await signpost.createLinks(20, (index) => ({
        original_url: targetOf(index),
        tags: [...(tags[index] ?? [])],
      }));
      const truth = new ClickTruth();
      const stream = disturbStream(signpost, random);
      const kills = killCounter(signpost, { kills: SIZE.visitKills, share: 0.8 }, random);
      const visit = async (): Promise<void> => {
        const index = Math.floor(random() * codes.length);
        const code = codes[index] ?? '';
        const [country, device, language] = [pick(COUNTRIES, random), pick(DEVICES, random), pick(LANGUAGES, random)];
        const [referrer, campaign] = [pick(REFERRERS, random), `Campaign ${Math.floor(random() * 5)}`];
        const { userAgent, told } = pick(AGENTS, random);
        const answer = await signpost.visit(`${code}?utm_campaign=${encodeURIComponent(campaign)}`, {
          'user-agent': userAgent,
          'x-signpost-viewer': `country=${country};region=R1;city=Springfield;device=${device}`,
          ...(language === '' ? {} : { 'accept-language': `${language},en;q=0.5` }),
          ...(referrer === '' ? {} : { referer: `https://${referrer}/page?secret=1` }),
        });
        expect(answer.status).toBe(302);
        const place = { country, region: 'R1', city: 'Springfield', device };
        const facts = { ...place, language, referrer, utm_campaign: campaign, ...told };
        truth.add({ code, at_ms: Date.now(), tags: tags[index] ?? [], ...facts });
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

/** Clicks around the last midnight (UTC), in order, each told to the truth; some were made a day before they arrive. */
function clicksAcrossMidnight(
  codes: readonly [string, ...string[]],
  random: () => number,
  truth: ClickTruth,
): readonly ClickEvent[] {
  const midnightMs = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const durationMs = (SIZE.clicks / CLICKS_PER_SECOND) * 1_000;
  return Array.from({ length: SIZE.clicks }, (_, index) => {
    const onTimeMs = Math.floor(midnightMs + durationMs * (index / SIZE.clicks - 0.5));
    const at_ms = random() < LATE_SHARE ? onTimeMs - DAY_MS : onTimeMs;
    // The square favours the first links, as the world does.
    const link = Math.floor(random() ** 2 * codes.length);
    const { userAgent, told } = pick(AGENTS, random);
    const seen = { ...seenBy(random), id: newClickId(at_ms), at_ms, code: codes[link] ?? codes[0] };
    const event: ClickEvent = { ...seen, tags: TAGS.slice(0, link % 4), user_agent: userAgent };
    truth.add({ ...event, ...told } satisfies CountedFacts);
    return event;
  });
}

/** Everything about a visit but when, where to and by what. */
function seenBy(random: () => number): Omit<ClickEvent, 'id' | 'at_ms' | 'code' | 'tags' | 'user_agent'> {
  const some = (name: string, values: number): string => {
    const index = Math.floor(random() ** 2 * values);
    return index === 0 ? '' : `${name} ${index}`;
  };
  const source = random() < 0.2 ? 'scan' : 'click';
  return {
    domain: 'default',
    workspace_id: 'ws_demo',
    source,
    placement: source === 'scan' ? some('Poster', 9) : '',
    country: pick(COUNTRIES, random),
    region: some('R', 20),
    city: some('Città', 120),
    device: pick(DEVICES, random),
    referrer: pick(REFERRERS, random),
    utm_source: some('source', 6),
    utm_medium: some('medium', 4),
    utm_campaign: some('campaign', 30),
    utm_term: some('term', 200),
    utm_content: some('content', 10),
    language: pick(LANGUAGES, random),
    visitor: random() < 0.05 ? '' : hashOf(Math.floor(random() * SIZE.clicks * 0.3)),
  };
}

const hashOf = (visitor: number): string =>
  createHash('sha256').update(`visitor ${visitor}`).digest('base64url').slice(0, 16);

/** How many sketches are not exactly that of the people who came, missing and superfluous ones among them. */
async function wrongSketches(signpost: RunningSignpost, truth: ClickTruth): Promise<number> {
  const found = await sketchesInTable(signpost);
  const days = new Set([...truth.visitors.keys(), ...found.keys()]);
  const isWrong = (day: string): boolean => {
    const expected = encodeSketch(withVisitors(EMPTY_SKETCH, truth.visitors.get(day) ?? []));
    return !Buffer.from(expected).equals(found.get(day) ?? Buffer.alloc(0));
  };
  return [...days].filter(isWrong).length;
}

/** Some clicks twice, and each up to a window away from its place. */
function disordered(clicks: readonly ClickEvent[], random: () => number): readonly ClickEvent[] {
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
async function send(signpost: RunningSignpost, clicks: readonly ClickEvent[]): Promise<void> {
  const env = signpost.envOf('redirect');
  let inLog: ClickEvent[] = [];
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

/**
 * A record alone that fails six times is filed for somebody to look at, and is no proof of counting. A batch of three fails
 * twice before one of them is alone.
 */
const KILLS_OF_A_BATCH = 7;

/**
 * Ends the counter's thread around a share of its reads and writes, but no batch so often that a record of it is given
 * up; a kill counts if a batch was in its hands.
 */
function killCounter(
  signpost: RunningSignpost,
  { kills, share }: { readonly kills: number; readonly share: number },
  random: () => number,
) {
  const { laptop } = signpost;
  const { name, roleName } = signpost.fn('clicks-to-counts');
  const feed = laptop.plan.eventSources.find(({ functionName }) => functionName === name)?.name ?? '';
  const killsOf = new Map<number, number>();
  /** Killed as often as that already, by when the oldest of its records came, give or take 10 ms; null without a batch. */
  const batchInHand = (): { readonly arrived: number; readonly kills: number } | null => {
    const lags = Object.entries(laptop.pumps.lagMs()).filter(([pump]) => pump.startsWith(`${feed}/`));
    const lagMs = Math.max(0, ...lags.map(([, lag]) => lag));
    if (lagMs === 0) return null;
    const arrived = Math.round((Date.now() - lagMs) / 10);
    const kills = Math.max(...[arrived - 1, arrived, arrived + 1].map((near) => killsOf.get(near) ?? 0));
    return { arrived, kills };
  };
  let done = 0;
  let isKilling = false;
  const kill = async (): Promise<void> => {
    if (random() < 0.5) await sleep(random() * 20);
    const batch = batchInHand();
    if (batch !== null && batch.kills < KILLS_OF_A_BATCH) {
      done += 1;
      killsOf.set(batch.arrived, batch.kills + 1);
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
