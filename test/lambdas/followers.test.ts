import { marshall } from '@aws-sdk/util-dynamodb';
import type { AttributeValue } from '../../adapters/attribute-value.ts';
import { plainItem } from '../../adapters/attribute-value.ts';
import { cacheSyncDeps } from '../../adapters/cache-sync-deps.ts';
import { encodeSpooledClicks } from '../../adapters/click-spool.ts';
import { toLinkItem } from '../../adapters/link-item.ts';
import { parseSpooledClicks } from '../../adapters/spool-drain.ts';
import { linkVersionKey } from '../../adapters/table.ts';
import { encodeClickEvent } from '../../core/clicks/click-event.ts';
import { newClickId } from '../../core/clicks/click-id.ts';
import type { CountedBatch } from '../../core/clicks/live-feed.ts';
import type { Click } from '../../core/clicks/row.ts';
import type { SpooledBatch } from '../../core/clicks/spool-drain.ts';
import { decodeHotLink, encodeHotLink, toHotLink } from '../../core/links/hot-link.ts';
import { ENTRY_TTL_MS, MISS_TTL_MS } from '../../core/links/hot-links.ts';
import type { Link } from '../../core/links/link.ts';
import { cacheSyncHandler } from '../../lambdas/cache-sync/handler.ts';
import { clicksToCountsHandler } from '../../lambdas/clicks-to-counts/handler.ts';
import { spoolToStreamHandler } from '../../lambdas/spool-to-stream/handler.ts';
import { aClickEvent } from '../fixtures/clicks.ts';
import { aLink, LINK_PASSWORD, NOW_MS } from '../fixtures/links.ts';
import type { Crash } from '../fixtures/memory-count-store.ts';
import { memoryCountStore } from '../fixtures/memory-count-store.ts';
import { kinesisEvent, tableEvent } from '../fixtures/stream-events.ts';

let logged: jest.SpyInstance;
beforeEach(() => {
  logged = jest.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => logged.mockRestore());

const NEW_CLICKS = (count: number) => Array.from({ length: count }, () => aClickEvent({ id: newClickId(NOW_MS) }));
const OUT_OF_TIME = { getRemainingTimeInMillis: () => 0 };
const DAY_MS = 86_400_000;
const IN_TIME = { getRemainingTimeInMillis: () => 60_000 };

describe('Clicks to counts', () => {
  function world(crash: () => Crash = () => null) {
    const counts = memoryCountStore(crash);
    const filed: CountedBatch[] = [];
    const marks = new Map<string, number>();
    const handler = clicksToCountsHandler({
      ...counts,
      marks: {
        markBehind: async (shardId, throughMs) => void marks.set(shardId, throughMs),
        clear: async (shardId) => void marks.delete(shardId),
      },
      live: {
        async file(batch) {
          filed.push(batch);
        },
      },
      nowMs: () => NOW_MS,
    });
    return { handler, filed, marks, total: () => counts.cells.get('link aB7x3Kq total total') ?? 0 };
  }

  it('counts a batch, then files it for those who watch', async () => {
    const { handler, filed, total, marks } = world();
    const events = NEW_CLICKS(5);
    const batch = kinesisEvent(...events.map(encodeClickEvent));
    expect(await handler(batch, IN_TIME)).toEqual({ batchItemFailures: [] });
    await handler(batch, IN_TIME);
    expect([total(), marks.size]).toEqual([5, 0]);
    const idsOf = (clicks: readonly Click[] = []) => clicks.map(({ id }) => id).sort();
    const ids = events.map(({ id }) => id).sort();
    expect(filed.map(({ counted, known }) => [idsOf(counted), idsOf(known)])).toEqual([
      [ids, []],
      [[], ids],
    ]);
    expect(filed[0]).toMatchObject({
      startedAtMs: NOW_MS,
      counted: [{ os: 'iOS', browser: 'Safari' }, {}, {}, {}, {}],
    });
  });

  it.each([
    ['no JSON', 'poison'],
    ['nothing', ''],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00])],
    ['another event', '{"type":"heartbeat"}'],
    ['a click of a future schema', JSON.stringify({ ...aClickEvent(), device: 'hologram' })],
    ['a click out of time', JSON.stringify({ ...aClickEvent(), at_ms: 1e300 })],
    [
      'a click that may have been counted and forgotten',
      encodeClickEvent(aClickEvent({ at_ms: NOW_MS - 39.1 * DAY_MS })),
    ],
  ])('counts all the others and reports each record that is %s', async (_, poison) => {
    const { handler, total } = world();
    const good = NEW_CLICKS(4).map(encodeClickEvent);
    const event = kinesisEvent(...good.slice(0, 2), poison, ...good.slice(2), poison);
    expect(await handler(event, IN_TIME)).toEqual({
      batchItemFailures: [{ itemIdentifier: '3' }, { itemIdentifier: '6' }],
    });
    expect(logged).toHaveBeenCalledTimes(1);
    expect(total()).toBe(4);
    // Lambda narrows it down: what is replayed on the way changes nothing.
    await handler(kinesisEvent(poison, ...good.slice(2)), IN_TIME);
    expect(total()).toBe(4);
  });

  it('counts what is replayed for as long as it would know that it was counted before, and marks no shard', async () => {
    const { handler, total, marks } = world();
    const event = encodeClickEvent(aClickEvent({ at_ms: NOW_MS - 38.9 * DAY_MS }));
    const filed = kinesisEvent(event);
    const [record] = filed.Records;
    if (record !== undefined) record.kinesis.approximateArrivalTimestamp -= 3_600;
    const replay = { ...filed, replayed: true };
    expect(await handler(replay, IN_TIME)).toEqual({ batchItemFailures: [] });
    expect(await handler(replay, IN_TIME)).toEqual({ batchItemFailures: [] });
    expect([total(), marks.size]).toEqual([1, 0]);
    await handler(filed, IN_TIME);
    expect([total(), marks.size]).toEqual([1, 1]);
  });

  it('waits for a store that is away for a moment', async () => {
    let crashes = 2;
    const { handler, total, filed } = world(() => (crashes-- > 0 ? 'before' : null));
    expect(await handler(kinesisEvent(encodeClickEvent(aClickEvent())), IN_TIME)).toEqual({ batchItemFailures: [] });
    expect([total(), filed.length]).toEqual([1, 1]);
  });

  it('fails as a whole when time runs out, so that all of it is tried again, and says that its shard is behind', async () => {
    const { handler, marks } = world(() => 'before');
    await expect(handler(kinesisEvent(encodeClickEvent(aClickEvent())), OUT_OF_TIME)).rejects.toThrow();
    expect([...marks]).toEqual([['shardId-000000000000', NOW_MS]]);
  });
});

describe('Spool to stream', () => {
  const image = (pk: string, count: number) => ({
    pk: { S: pk },
    clicks: { S: encodeSpooledClicks(NEW_CLICKS(count)) },
  });

  function world(failOn: string | null = null) {
    const drained: SpooledBatch[] = [];
    const handler = spoolToStreamHandler({
      parse: (pk, lines) => ({ pk, lines: parseSpooledClicks(lines) }),
      drain: async (batches) => {
        if (batches.some(({ pk }) => pk === failOn)) throw new Error('stream away');
        drained.push(...batches);
      },
    });
    return { handler, drained };
  }

  it('drains each batch, oldest first, and passes over what was removed', async () => {
    const { handler, drained } = world();
    expect(await handler(tableEvent(image('a', 2), null, image('b', 500)))).toEqual({ batchItemFailures: [] });
    expect(drained.map(({ pk, lines }) => [pk, lines.length])).toEqual([
      ['a', 2],
      ['b', 500],
    ]);
  });

  it('asks for all of them again while the stream is away', async () => {
    const { handler, drained } = world('b');
    expect(await handler(tableEvent(image('a', 1), image('b', 1), image('c', 1)))).toEqual({
      batchItemFailures: [{ itemIdentifier: '1' }],
    });
    expect(drained).toEqual([]);
  });
});

describe('Cache sync', () => {
  const imageOf = (link: Link) => marshall(toLinkItem(link)) as NonNullable<Parameters<typeof tableEvent>[0]>;

  async function world({ down = false } = {}) {
    const deps = await cacheSyncDeps({ CACHE_URL: 'none', CACHE_NAME: '', CACHE_USER: '' });
    const entries = new Map<string, string>();
    const ttls = new Set<number>();
    const put = async (key: string, entry: string, ttlMs: number) => {
      if (down) throw new Error('cache away');
      entries.set(key, entry);
      ttls.add(ttlMs);
    };
    return { handler: cacheSyncHandler({ ...deps, put }), entries, ttls };
  }

  it('writes each link as the redirect reads it, with a time to live', async () => {
    const { handler, entries, ttls } = await world();
    const links = [
      aLink({ code: 'one' }),
      aLink({ code: 'two', password: LINK_PASSWORD, maxClicks: 5, expiresAtMs: NOW_MS, tags: ['ü'] }),
    ];
    expect(await handler(tableEvent(...links.map(imageOf)))).toEqual({ batchItemFailures: [] });
    for (const link of links)
      expect(decodeHotLink(entries.get(`default/${link.code}`) ?? '', link.code)).toEqual(toHotLink(link));
    expect(ttls).toEqual(new Set([ENTRY_TTL_MS]));
    expect([...entries.values()].join()).not.toContain('argon2');
  });

  it('writes only the last of several changes of one link', async () => {
    const { handler, entries } = await world();
    await handler(tableEvent(...[1, 2, 3].map((version) => imageOf(aLink({ version })))));
    expect(decodeHotLink(entries.get('default/aB7x3Kq') ?? '', 'aB7x3Kq')?.version).toBe(3);
  });

  it('writes a tombstone for a deleted link, so that no late reader fills in the former one', async () => {
    const { handler, entries } = await world();
    await handler(tableEvent(imageOf(aLink({ status: 'deleted' }))));
    expect(decodeHotLink(entries.get('default/aB7x3Kq') ?? '', 'aB7x3Kq')?.status).toBe('deleted');
  });

  it('writes for a moment that there is none where a link was taken back', async () => {
    const { handler, entries, ttls } = await world();
    const [made, removed] = tableEvent(imageOf(aLink()), null).Records;
    const Keys = { pk: { S: 'link#default/aB7x3Kq' }, sk: { S: 'link' } };
    await handler({ Records: [made, { ...removed, dynamodb: { ...removed?.dynamodb, Keys } }] as never });
    expect([...entries]).toEqual([['default/aB7x3Kq', encodeHotLink(null)]]);
    expect(ttls).toEqual(new Set([MISS_TTL_MS]));
  });

  it('passes over history, claims, budgets and removals', async () => {
    const { handler, entries } = await world();
    const history = Object.assign(imageOf(aLink()), marshall(linkVersionKey('default', 'aB7x3Kq', 1)));
    const budget = { pk: { S: 'link#default/aB7x3Kq' }, sk: { S: 'budget' }, used: { N: '3' } };
    const claim = { pk: { S: 'target#x' }, sk: { S: 'claim' } };
    expect(await handler(tableEvent(history, budget, claim, null))).toEqual({ batchItemFailures: [] });
    expect(entries.size).toBe(0);
  });

  it('asks for the batch again when the cache does not answer', async () => {
    const { handler } = await world({ down: true });
    expect(await handler(tableEvent(imageOf(aLink()), imageOf(aLink({ code: 'two' }))))).toEqual({
      batchItemFailures: [{ itemIdentifier: '1' }],
    });
    expect(logged).toHaveBeenCalledTimes(1);
  });
});

describe('An item', () => {
  it('is read from its wire form as the SDK reads it', () => {
    const item = {
      text: 'ü',
      number: 1.5,
      yes: true,
      nothing: null,
      list: ['a', 1, ['b']],
      map: { inner: { deep: false } },
      empty: '',
    };
    expect(plainItem(marshall(item) as Record<string, AttributeValue>)).toEqual(item);
  });
});
