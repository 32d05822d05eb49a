import { setTimeout as sleep } from 'node:timers/promises';
import { awsJsonClient } from '../../adapters/aws-json.ts';
import { COMMAND_TIMEOUT_MS, valkeyHotCache } from '../../adapters/hot-cache.ts';
import { hotLinkStore } from '../../adapters/hot-link-store.ts';
import { DEFAULT_DOMAIN } from '../../adapters/table.ts';
import { connectValkey } from '../../adapters/valkey.ts';
import type { HotLinkStore } from '../../core/links/hot-links.ts';
import { cachedHotLinks } from '../../core/links/hot-links.ts';
import type { Answer } from '../fixtures/http-client.ts';
import type { PausePoint } from '../fixtures/pause-point.ts';
import { pausePoint } from '../fixtures/pause-point.ts';
import type { RunningSignpost } from '../fixtures/running-signpost.ts';
import { startSignpost } from '../fixtures/running-signpost.ts';
import { seededRandom } from '../fixtures/seeded-random.ts';
import { distribution, figures } from './figures.ts';
import { LIMIT_MS, sized } from './scale.ts';

const TRIALS = sized(40, 1_000);
// Fewer beside other tests: a visit that two busy cores cannot serve in time is a 503, which says nothing of staleness.
const AT_ONCE = sized(20, 40);
const PROMISE_MS = 2_000;
/** How long visits go on after the answer, and how often they come. */
const WATCHED_MS = 2_600;
const VISIT_EVERY_MS = 30;
const NEW_TARGET = 'https://example.com/new';

const measured = figures('Staleness: how long after an acknowledged change a visit still met the old state');
let signpost: RunningSignpost;
beforeAll(async () => {
  signpost = await startSignpost();
}, LIMIT_MS);
afterAll(async () => {
  await signpost.stop();
  measured.print();
});

type Change = {
  readonly name: string;
  readonly make: (code: string) => Promise<Answer>;
  readonly isNew: (visit: Answer) => boolean;
};

const CHANGES: readonly [Change, ...Change[]] = [
  {
    name: 'another target',
    make: (code) => signpost.api('PATCH', `/v1/urls/${code}`, { original_url: NEW_TARGET }),
    isNew: ({ status, headers }) => status === 302 && headers.location === NEW_TARGET,
  },
  {
    name: 'disabled',
    make: (code) => signpost.api('PATCH', `/v1/urls/${code}`, { is_active: false }),
    isNew: ({ status }) => status === 410,
  },
  {
    name: 'deleted',
    make: (code) => signpost.api('DELETE', `/v1/urls/${code}`),
    isNew: ({ status }) => status === 410,
  },
];

type Seen = { readonly staleMs: number; readonly visitsAfterPromise: number };

/** Visits a link all the time, changes it in the midst and tells how long the old state was met afterwards. */
async function watchChange(code: string, { make, isNew }: Change, changeAfterMs: number): Promise<Seen> {
  const visits: Answer[] = [];
  const watched = new AbortController();
  const watch = async (): Promise<void> => {
    while (!watched.signal.aborted) {
      visits.push(await signpost.visit(code));
      await sleep(VISIT_EVERY_MS);
    }
  };
  const watching = watch();
  await sleep(changeAfterMs);
  const change = await make(code);
  expect([200, 204]).toContain(change.status);
  await sleep(WATCHED_MS);
  watched.abort();
  await watching;

  const after = visits.filter(({ startedAtMs }) => startedAtMs >= change.endedAtMs);
  const old = after.filter((visit) => !isNew(visit));
  for (const visit of visits) expect([302, 410]).toContain(visit.status);
  return {
    staleMs: Math.max(0, ...old.map(({ startedAtMs }) => startedAtMs - change.endedAtMs)),
    visitsAfterPromise: after.filter(({ startedAtMs }) => startedAtMs - change.endedAtMs >= PROMISE_MS).length,
  };
}

test(
  `in ${TRIALS} trials no visit that starts 2 s after the answer to a change meets the old state`,
  async () => {
    const random = seededRandom(7);
    const seen = new Map<string, Seen[]>(CHANGES.map(({ name }) => [name, []]));
    for (let done = 0; done < TRIALS; done += AT_ONCE) {
      const codes = await signpost.createLinks(Math.min(AT_ONCE, TRIALS - done));
      await Promise.all(
        codes.map(async (code, index) => {
          const change = CHANGES[(done + index) % CHANGES.length] ?? CHANGES[0];
          seen.get(change.name)?.push(await watchChange(code, change, 100 + random() * 1_200));
        }),
      );
    }
    for (const [name, trials] of seen)
      measured.add(`${name}, ${trials.length} trials`, distribution(trials.map(({ staleMs }) => staleMs)));
    const all = [...seen.values()].flat();
    expect(all).toHaveLength(TRIALS);
    for (const { visitsAfterPromise } of all) expect(visitsAfterPromise).toBeGreaterThan(0);
    expect(all.filter(({ staleMs }) => staleMs >= PROMISE_MS)).toEqual([]);
  },
  LIMIT_MS,
);

describe('A reader that stood still between its read of the table and its fill of the cache', () => {
  /** A redirect of its own beside the running one: real cache, real table, and a place to stand still. */
  async function readerThatPauses(at: () => PausePoint | null) {
    const { laptop } = signpost;
    const valkey = await connectValkey({
      url: laptop.engines.valkey.url,
      cacheName: '',
      userId: '',
      commandTimeoutMs: COMMAND_TIMEOUT_MS,
    });
    opened.push(valkey);
    const table = hotLinkStore(awsJsonClient('dynamodb', signpost.envOf('redirect')), signpost.tableName('links'));
    const store: HotLinkStore = {
      async read(domain, code) {
        const link = await table.read(domain, code);
        await at()?.here();
        return link;
      },
    };
    const links = cachedHotLinks({ cache: valkeyHotCache(valkey, Date.now), store, nowMs: Date.now, random: () => 0 });
    return {
      find: async (code: string) => (await links.find(DEFAULT_DOMAIN, code))?.targetUrl,
      forget: (code: string) => valkey.del(`${DEFAULT_DOMAIN}/${code}`),
    };
  }

  const opened: { disconnect(): void }[] = [];
  afterEach(() => {
    for (const valkey of opened.splice(0)) valkey.disconnect();
  });

  test.each([
    ['goes on before the change reached the cache', 0],
    ['goes on when the cache has the change', 700],
    ['goes on after the promise has run out', 2_300],
  ])(
    '%s: 2 s after the answer everybody meets the new state',
    async (_claim, pauseAfterAnswerMs) => {
      const [code = ''] = await signpost.createLinks(1);
      let pause: PausePoint | null = pausePoint();
      const reader = await readerThatPauses(() => pause);
      await signpost.laptop.pumps.idle();
      await reader.forget(code);

      const late = reader.find(code);
      await pause.reached;
      const change = await signpost.api('PATCH', `/v1/urls/${code}`, { original_url: NEW_TARGET });
      const answeredAtMs = performance.now();
      expect(change.status).toBe(200);
      await sleep(pauseAfterAnswerMs);
      const held = pause;
      pause = null;
      const whileHeld = reader.find(code);
      held.release();
      await late;

      if (pauseAfterAnswerMs >= PROMISE_MS) expect(await whileHeld).toBe(NEW_TARGET);
      await sleep(Math.max(0, PROMISE_MS - (performance.now() - answeredAtMs)));
      expect(await reader.find(code)).toBe(NEW_TARGET);
      expect((await signpost.visit(code)).headers.location).toBe(NEW_TARGET);
    },
    LIMIT_MS,
  );
});
