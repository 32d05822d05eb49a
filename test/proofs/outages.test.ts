import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'iovalkey';
import { encodeHotLink } from '../../core/links/hot-link.ts';
import type { Fault } from '../../local/engines/engine.ts';
import { startValkey } from '../../local/engines/valkey.ts';
import { cellsInTable, difference, withoutTime } from '../fixtures/click-truth.ts';
import { aHotLink } from '../fixtures/links.ts';
import type { RunningSignpost } from '../fixtures/running-signpost.ts';
import { startSignpost } from '../fixtures/running-signpost.ts';
import type { TcpProxy } from '../fixtures/tcp-proxy.ts';
import { startTcpProxy } from '../fixtures/tcp-proxy.ts';
import type { VisitorStorm } from '../fixtures/visitor-storm.ts';
import { visitorStorm } from '../fixtures/visitor-storm.ts';
import { distribution, figures } from './figures.ts';
import { LIMIT_MS, sized } from './scale.ts';

/** So many that most visits of a round find the process's own memory of their link too old, and ask the cache. */
const LINKS = 400;
const VISITS = sized(2_000, 10_000);
const STREAM_AWAY_MS = sized(3_000, 60_000);
const MISCHIEF_EVERY_MS = 40;
/** After an outage everything that waits must be counted within this time. */
const RECOVERY_LIMIT_MS = 20_000;

const measured = figures('Outages: redirects go on, and afterwards counts are the truth');
let signpost: RunningSignpost;
let network: TcpProxy;
let cache: Redis;
let codes: readonly string[];
let storm: VisitorStorm;

beforeAll(async () => {
  signpost = await startSignpost({
    async startCache() {
      const valkey = await startValkey();
      network = await startTcpProxy(Number(new URL(valkey.url).port));
      cache = new Redis(valkey.url);
      return {
        kind: valkey.kind,
        url: `redis://127.0.0.1:${network.port}`,
        async close() {
          cache.disconnect();
          await network.close();
          await valkey.close();
        },
      };
    },
  });
  codes = await signpost.createLinks(LINKS);
  storm = visitorStorm(signpost, codes);
}, LIMIT_MS);
afterEach(() => {
  network.turn('pass');
  signpost.laptop.engines.kinesis.faultFor = null;
  signpost.laptop.engines.dynamoDb.faultFor = null;
});
afterAll(async () => {
  await signpost.stop();
  measured.print();
});

/** Milliseconds until the spool is empty and every redirect counted; fails where that takes too long. */
async function countedAfterMs(): Promise<number> {
  const startedAtMs = performance.now();
  await Promise.race([signpost.laptop.pumps.idle(), sleep(RECOVERY_LIMIT_MS, undefined, { ref: false })]);
  const tookMs = performance.now() - startedAtMs;
  expect(await signpost.scan('clickSpool')).toHaveLength(0);
  expect(difference(withoutTime(storm.truth.cells), withoutTime(await cellsInTable(signpost)))).toBe(0);
  expect(signpost.failedRecords()).toEqual([]);
  return tookMs;
}

/** Entries that are no entries, and entries that are somebody else's. */
const garbageFor = (code: string): readonly [string, ...string[]] => {
  const entry = encodeHotLink(aHotLink({ code, targetUrl: 'https://evil.example/' }));
  return [
    'garbage \u0000\uffff',
    '2:null',
    '2:{}',
    entry.slice(0, -9),
    entry.replace('2:', '1:'),
    encodeHotLink(aHotLink({ code: `${code}x`, targetUrl: 'https://evil.example/' })),
  ];
};

/** Does something again and again until it is told to stop. */
function again(mischief: () => Promise<unknown>): () => Promise<void> {
  const stopped = new AbortController();
  const running = (async () => {
    while (!stopped.signal.aborted) {
      await mischief();
      await sleep(MISCHIEF_EVERY_MS);
    }
  })();
  return () => {
    stopped.abort();
    return running;
  };
}

type Outage = { readonly name: string; readonly begin: () => () => unknown };

const cacheOutages: readonly Outage[] = [
  { name: 'all is well', begin: () => () => undefined },
  {
    name: 'the cache is down',
    begin: () => {
      network.turn('refuse');
      return () => network.turn('pass');
    },
  },
  {
    name: 'the cache hangs',
    begin: () => {
      network.turn('hang');
      return () => network.turn('pass');
    },
  },
  { name: 'the cache is emptied all the time', begin: () => again(() => cache.flushall()) },
  {
    name: 'the cache is filled with garbage all the time',
    begin: () => {
      let turn = 0;
      return again(() => {
        turn += 1;
        const entries = codes.flatMap((code, index) => {
          const garbage = garbageFor(code);
          return [`default/${code}`, garbage[(turn + index) % garbage.length] ?? garbage[0]];
        });
        return cache.mset(entries);
      });
    },
  },
];

const redirectMeets = (engine: 'kinesis' | 'dynamoDb', fault: Fault, onlyThe?: 'redirect') => () => {
  const { laptop } = signpost;
  const role = onlyThe === undefined ? null : signpost.fn(onlyThe).roleName;
  laptop.engines[engine].faultFor = ({ accessKeyId }) => (role === null || role === accessKeyId ? fault : null);
  return () => {
    laptop.engines[engine].faultFor = null;
  };
};

test.each(cacheOutages)(
  'while $name every visit is answered right and counted',
  async ({ name, begin }) => {
    const end = begin();
    const { visits, wrong, tookMs } = await storm.round({ visits: VISITS });
    await end();
    expect(wrong).toEqual([]);
    await countedAfterMs();
    measured.add(`${name}: ${visits} visits, 0 wrong, counts = truth`, distribution(tookMs));
  },
  LIMIT_MS,
);

const DOWN: Fault = { kind: 'refuse', status: 500, errorType: 'InternalFailure' };
const streamOutages: readonly Outage[] = [
  { name: 'the stream refuses', begin: () => redirectMeets('kinesis', DOWN)() },
  { name: 'the stream hangs', begin: () => redirectMeets('kinesis', { kind: 'hang' })() },
];

test.each(streamOutages)(
  'while $name every visit is answered right, and afterwards the spool is drained and all is counted',
  async ({ name, begin }) => {
    const end = begin();
    const { visits, wrong, tookMs } = await storm.round({ durationMs: STREAM_AWAY_MS });
    const spooled = (await signpost.scan('clickSpool')).length;
    await end();
    expect(wrong).toEqual([]);
    expect(spooled).toBeGreaterThan(0);
    const recoveryMs = await countedAfterMs();
    measured.add(
      `${name} for ${STREAM_AWAY_MS / 1_000} s: ${visits} visits, 0 wrong, counts = truth ${(recoveryMs / 1_000).toFixed(1)} s later`,
      distribution(tookMs),
    );
  },
  LIMIT_MS,
);

/** The laptop tries a failed hand-over again within 5 s; AWS is not slower. */
const CATCH_UP_MS = 6_500;

test(
  'a change made while the cache is away shows within 2 s; where the former state comes back with the cache, it stays seconds, not its minute',
  async () => {
    const awayMs = sized(6_000, 30_000);
    const [code = ''] = await signpost.createLinks(1);
    await signpost.visit(code);
    network.turn('refuse');
    const change = await signpost.api('PATCH', `/v1/urls/${code}`, { original_url: 'https://example.com/new' });
    expect(change.status).toBe(200);
    setTimeout(() => network.turn('pass'), awayMs);
    const staleMs: number[] = [];
    while (performance.now() - change.endedAtMs < awayMs + CATCH_UP_MS + 1_000) {
      const visit = await signpost.visit(code);
      if (visit.headers.location !== 'https://example.com/new') staleMs.push(visit.startedAtMs - change.endedAtMs);
      await sleep(MISCHIEF_EVERY_MS);
    }
    const whileAway = staleMs.filter((ms) => ms < awayMs);
    const afterReturn = staleMs.filter((ms) => ms >= awayMs).map((ms) => ms - awayMs);
    measured.add(
      `changed while the cache was away ${awayMs / 1_000} s: stale after the answer`,
      distribution(whileAway),
    );
    measured.add('… and stale again after the return of the cache', distribution(afterReturn));
    expect(Math.max(...whileAway)).toBeLessThan(2_000);
    expect(afterReturn.filter((ms) => ms > CATCH_UP_MS)).toEqual([]);
  },
  LIMIT_MS,
);
