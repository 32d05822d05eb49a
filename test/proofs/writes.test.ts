import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'iovalkey';
import type { FunctionName } from '../../adapters/env.ts';
import type { EngineCall, Fault } from '../../local/engines/engine.ts';
import { cellsInTable, difference, withoutTime } from '../fixtures/click-truth.ts';
import type { Answer } from '../fixtures/http-client.ts';
import type { RunningSignpost } from '../fixtures/running-signpost.ts';
import { startSignpost } from '../fixtures/running-signpost.ts';
import { seededRandom } from '../fixtures/seeded-random.ts';
import { visitorStorm } from '../fixtures/visitor-storm.ts';
import { distribution, figures } from './figures.ts';
import { LIMIT_MS, sized } from './scale.ts';

const SIZE = sized(
  { creates: 40, visitRounds: 3, visitsPerRound: 200, keys: 24, halfDone: 5 },
  { creates: 2_000, visitRounds: 50, visitsPerRound: 200, keys: 1_000, halfDone: 200 },
);
const LINKS = 100;
const AT_ONCE = 20;
const THROTTLED = 0.3;
/** More, and the SDK soon has no retries left: a refusal found at the second attempt costs some and gives none back. */
const LOST = 0.1;
const THROTTLES = ['ProvisionedThroughputExceededException', 'ThrottlingException'] as const;

const measured = figures('Writes: throttled tables and lost answers');
let signpost: RunningSignpost;
beforeAll(async () => {
  signpost = await startSignpost();
}, LIMIT_MS);
afterEach(() => {
  signpost.laptop.engines.dynamoDb.faultFor = null;
});
afterAll(async () => {
  await signpost.stop();
  measured.print();
});

/** Faults of the calls of some functions; answers how many there were. */
function troubleFor(names: readonly FunctionName[], fault: (call: EngineCall) => Fault | null): () => number {
  const roles = new Set(names.map((name) => signpost.fn(name).roleName));
  let count = 0;
  signpost.laptop.engines.dynamoDb.faultFor = (call) => {
    const found = roles.has(call.accessKeyId) ? fault(call) : null;
    if (found !== null) count += 1;
    return found;
  };
  return () => count;
}

const throttling = (random: () => number) => (): Fault | null =>
  random() < THROTTLED ? { kind: 'refuse', status: 400, errorType: THROTTLES[random() < 0.5 ? 0 : 1] } : null;

const WRITES: ReadonlySet<string> = new Set(
  ['PutItem', 'UpdateItem', 'TransactWriteItems'].map((name) => `dynamodb:${name}`),
);
const losing =
  (random: () => number) =>
  ({ action }: EngineCall): Fault | null =>
    WRITES.has(action) && random() < LOST ? { kind: 'lose-answer' } : null;

async function atOnce<T>(count: number, one: (index: number) => Promise<T>): Promise<readonly T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      results[index] = await one(index);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

const create = (externalId: string, headers: Readonly<Record<string, string>> = {}, path = ''): Promise<Answer> =>
  signpost.api(
    'POST',
    '/v1/urls',
    { original_url: `https://example.com/${externalId}${path}`, external_id: externalId },
    headers,
  );

/** External id → codes of the links that carry it, as they lie in the table. */
async function linksByExternalId(): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  for (const { sk, external_id, code } of await signpost.scan('links'))
    if (sk === 'link') found.set(String(external_id), [...(found.get(String(external_id)) ?? []), String(code)]);
  return found;
}

const codeIn = ({ body }: Answer): string => (JSON.parse(body) as { short_code: string }).short_code;

test(
  'with 30 % of all calls throttled a create is 201 or 503 with Retry-After, and there is no half link',
  async () => {
    const throttled = troubleFor(['links', 'authorizer'], throttling(seededRandom(3)));
    const answers = await atOnce(SIZE.creates, (index) => create(`throttled-${index}`));
    signpost.laptop.engines.dynamoDb.faultFor = null;

    const created = answers.filter(({ status }) => status === 201);
    const refused = answers.filter(({ status }) => status === 503);
    expect(answers.filter(({ status }) => status !== 201 && status !== 503).map(({ body }) => body)).toEqual([]);
    for (const { headers } of refused) expect(headers['retry-after']).toMatch(/^[1-9]\d*$/);
    const links = await linksByExternalId();
    const ids = answers.map((_, index) => `throttled-${index}`);
    for (const [index, answer] of answers.entries())
      expect(links.get(`throttled-${index}`) ?? []).toEqual(answer.status === 201 ? [codeIn(answer)] : []);
    measured.add(
      `${ids.length} creates, ${throttled()} calls throttled: ${created.length} × 201, ${refused.length} × 503, no half link`,
      distribution(answers.map(({ startedAtMs, endedAtMs }) => endedAtMs - startedAtMs)),
    );
  },
  LIMIT_MS,
);

test(
  'with 30 % of the redirect’s and the counter’s calls throttled visits are answered right and counted exactly',
  async () => {
    const codes = await signpost.createLinks(LINKS);
    const storm = visitorStorm(signpost, codes);
    const random = seededRandom(4);
    const throttle = throttling(random);
    const lose = losing(random);
    const counterRole = signpost.fn('clicks-to-counts').roleName;
    const troubles = troubleFor(['redirect', 'clicks-to-counts'], (call) =>
      call.accessKeyId === counterRole ? (throttle() ?? lose(call)) : throttle(),
    );
    const cache = new Redis(signpost.laptop.engines.valkey.url);
    const [wrong, tookMs]: [string[], number[]] = [[], []];
    for (let round = 0; round < SIZE.visitRounds; round += 1) {
      // Without the cache every link is read from the table again once its second in memory is over.
      await cache.flushall();
      const seen = await storm.round({ visits: SIZE.visitsPerRound });
      wrong.push(...seen.wrong);
      tookMs.push(...seen.tookMs);
      await signpost.laptop.pumps.idle();
    }
    cache.disconnect();
    expect(wrong).toEqual([]);
    expect(difference(withoutTime(storm.truth.cells), withoutTime(await cellsInTable(signpost)))).toBe(0);
    expect(signpost.failedRecords()).toEqual([]);
    measured.add(
      `${tookMs.length} visits, ${troubles()} calls throttled or their answer lost, difference 0`,
      distribution(tookMs),
    );
  },
  LIMIT_MS,
);

/** `documentClient` makes five attempts. */
const SDK_RETRIES = 4;
const POLL_MS = 200;

/** What a careful client does: the same request again until it is answered for good. */
async function untilAnswered(send: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await send();
    const isRunning = answer.status === 409 && answer.body.includes('IDEMPOTENCY_IN_PROGRESS');
    if (!isRunning && answer.status !== 503) return answer;
    await sleep(POLL_MS);
  }
}

describe('With answers of the tables lost, the same Idempotency-Key', () => {
  const keyed = (key: string, path = '') => create(key, { 'idempotency-key': key }, path);
  const CASES: readonly [claim: string, name: string, play: (key: string) => Promise<readonly Answer[]>][] = [
    [
      'sent again',
      'retry',
      async (key) => [await untilAnswered(() => keyed(key)), await untilAnswered(() => keyed(key))],
    ],
    [
      'sent five times at once',
      'parallel',
      (key) => Promise.all(Array.from({ length: 5 }, () => untilAnswered(() => keyed(key)))),
    ],
  ];

  test.each(CASES)(
    '%s makes one link and is answered byte for byte the same',
    async (_claim, name, play) => {
      const lost = troubleFor(['links'], losing(seededRandom(5)));
      const rounds = await atOnce(SIZE.keys, (index) => play(`${name}-${index}`));
      signpost.laptop.engines.dynamoDb.faultFor = null;
      const links = await linksByExternalId();
      for (const [index, answers] of rounds.entries()) {
        expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
        expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
        expect(links.get(`${name}-${index}`)).toEqual(answers.slice(0, 1).map(codeIn));
      }
      measured.add(`${SIZE.keys} keys × ${name}, ${lost()} answers lost`, 'one link and one body per key');
    },
    LIMIT_MS,
  );

  test(
    'with another body is refused and makes nothing',
    async () => {
      const lost = troubleFor(['links'], losing(seededRandom(6)));
      const rounds = await atOnce(SIZE.keys, async (index) => {
        const first = await untilAnswered(() => keyed(`other-${index}`));
        return [first, await untilAnswered(() => keyed(`other-${index}`, '/else'))] as const;
      });
      signpost.laptop.engines.dynamoDb.faultFor = null;
      const links = await linksByExternalId();
      for (const [index, [first, other]] of rounds.entries()) {
        expect([first.status, other.status]).toEqual([201, 422]);
        expect(links.get(`other-${index}`)).toEqual([codeIn(first)]);
      }
      measured.add(`${SIZE.keys} keys × other body, ${lost()} answers lost`, '422 and one link per key');
    },
    LIMIT_MS,
  );

  test(
    'after an answer the client never got gives that answer, and one link',
    async () => {
      const lost = troubleFor(['links'], losing(seededRandom(8)));
      const rounds = await atOnce(SIZE.keys, async (index) => {
        const key = `unheard-${index}`;
        const unheard = keyed(key);
        return [await untilAnswered(() => keyed(key)), await unheard] as const;
      });
      signpost.laptop.engines.dynamoDb.faultFor = null;
      const links = await linksByExternalId();
      for (const [index, [answer, unheard]] of rounds.entries()) {
        expect(answer.status).toBe(201);
        if (unheard.status === 201) expect(answer.body).toBe(unheard.body);
        expect(links.get(`unheard-${index}`)).toEqual([codeIn(answer)]);
      }
      measured.add(`${SIZE.keys} keys × answer not heard, ${lost()} answers lost`, 'one link and one body per key');
    },
    LIMIT_MS,
  );

  test(
    'after a create that wrote its link and died makes no second one',
    async () => {
      const table = signpost.tableName('links');
      let [puts, refusals] = [0, 0];
      const died = troubleFor(['links'], ({ action, resourceArns }) => {
        if (action !== 'dynamodb:PutItem' || resourceArns[0]?.endsWith(`/${table}`) !== true) return null;
        if (refusals > 0) {
          refusals -= 1;
          return { kind: 'refuse', status: 500, errorType: 'InternalServerError' };
        }
        puts += 1;
        if (puts % 2 === 0) return null;
        refusals = SDK_RETRIES;
        return { kind: 'lose-answer' };
      });
      const statuses = new Set<number>();
      const codes = new Map<string, readonly string[]>();
      for (let index = 0; index < SIZE.halfDone; index += 1) {
        const answer = await untilAnswered(async () => {
          const sent = await keyed(`half-${index}`);
          statuses.add(sent.status);
          return sent;
        });
        expect(answer.status).toBe(201);
        codes.set(`half-${index}`, [codeIn(answer)]);
      }
      const links = await linksByExternalId();
      for (const [id, code] of codes) expect(links.get(id)).toEqual(code);
      expect(statuses).toEqual(new Set([201, 503]));
      measured.add(`${SIZE.halfDone} keys × died after the write, ${died()} calls failed`, 'one link per key');
    },
    LIMIT_MS,
  );
});
