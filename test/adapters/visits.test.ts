import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { AwsJsonClient } from '../../adapters/aws-json.ts';
import { awsJsonClient } from '../../adapters/aws-json.ts';
import { blocklist } from '../../adapters/blocklist.ts';
import { clickBudget } from '../../adapters/click-budget.ts';
import { clickSpool } from '../../adapters/click-spool.ts';
import { clickStream, partitionKeyOf } from '../../adapters/click-stream.ts';
import { hotLinkStore } from '../../adapters/hot-link-store.ts';
import { linkStore } from '../../adapters/link-store.ts';
import { parseSpooledClicks } from '../../adapters/spool-drain.ts';
import { blocklistKey, TABLES } from '../../adapters/table.ts';
import { newClickId } from '../../core/clicks/click-id.ts';
import { toHotLink } from '../../core/links/hot-link.ts';
import type { KinesisEngine } from '../../local/engines/kinesis.ts';
import { startKinesis } from '../../local/engines/kinesis.ts';
import { aClickEvent } from '../fixtures/clicks.ts';
import { aLink, LINK_PASSWORD, NOW_MS } from '../fixtures/links.ts';
import type { TestTables } from '../fixtures/tables.ts';
import { LEAN_ENV, startTables } from '../fixtures/tables.ts';

let tables: TestTables;
let kinesis: KinesisEngine;
beforeAll(async () => {
  tables = await startTables();
  kinesis = await startKinesis({ authorize: () => ({ allowed: true }) });
  await kinesis.createStream({ name: 'clicks', shards: 1, retentionHours: 24 });
});
afterEach(() => {
  tables.engine.faultFor = null;
  kinesis.faultFor = null;
});
afterAll(async () => {
  await tables.close();
  await kinesis.close();
});

const clicksNamed = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    aClickEvent({ id: newClickId(NOW_MS), code: `code${index}`, city: 'Zürich "\u2028😀' }),
  );

describe('A link as the redirect reads it', () => {
  it('is what the API wrote, as far as a visit needs it', async () => {
    const links = [
      aLink({ code: 'hot-plain', creationId: 'h1' }),
      aLink({
        code: 'hot-full',
        creationId: 'h2',
        password: LINK_PASSWORD,
        maxClicks: 5,
        expiresAtMs: NOW_MS,
        forwardQuery: true,
        redirectStatus: 301,
        tags: ['a', 'ü'],
        title: '😀',
      }),
      aLink({ code: 'hot-gone', creationId: 'h3', status: 'deleted' }),
    ];
    const store = hotLinkStore(tables.lean, 'links');
    for (const link of links) {
      await linkStore(tables.client, 'links', 'accounts').create(link, { claimTarget: false });
      expect(await store.read('default', link.code)).toEqual(toHotLink(link));
    }
    expect(await store.read('default', 'nobody')).toBeNull();
  });

  it.each([
    ['a throttle', { kind: 'refuse', status: 400, errorType: 'ThrottlingException' }],
    ['an error of the service', { kind: 'refuse', status: 500, errorType: 'InternalServerError' }],
    ['a lost connection', { kind: 'lose-answer' }],
    ['no answer at all', { kind: 'hang' }],
  ] as const)('is read again after %s', async (_, fault) => {
    let calls = 0;
    tables.engine.faultFor = () => (++calls === 1 ? fault : null);
    expect(await hotLinkStore(tables.lean, 'links').read('default', 'nobody')).toBeNull();
    expect(calls).toBe(2);
  });

  it('is an error, soon, when the table stays away — never "no link"', async () => {
    tables.engine.faultFor = () => ({ kind: 'hang' });
    const startedMs = performance.now();
    await expect(hotLinkStore(tables.lean, 'links').read('default', 'nobody')).rejects.toThrow('did not answer');
    expect(performance.now() - startedMs).toBeLessThan(2_500);
  });

  it('is not asked for again when the table says no', async () => {
    let calls = 0;
    tables.engine.faultFor = () => {
      calls += 1;
      return { kind: 'refuse', status: 400, errorType: 'AccessDeniedException' };
    };
    await expect(hotLinkStore(tables.lean, 'links').read('default', 'nobody')).rejects.toMatchObject({
      type: 'AccessDeniedException',
    });
    expect(calls).toBe(1);
  });
});

describe('The budget of a limited link', () => {
  it('lets exactly a hundred of a thousand parallel visits through, from four processes', async () => {
    // A timeout would claim twice; on a busy machine a thousand at once take longer than a visitor would wait.
    const patient: AwsJsonClient = (operation, input, timeoutMs) => tables.lean(operation, input, timeoutMs * 50);
    const budgets = Array.from({ length: 4 }, () => clickBudget(patient, 'links', Date.now));
    const claims = Array.from(
      { length: 1_000 },
      (_, index) => budgets[index % 4]?.claim('default', 'limited', 100) ?? Promise.reject(new Error('no budget')),
    );
    const outcomes = await Promise.all(claims);
    expect(outcomes.filter(Boolean)).toHaveLength(100);
  });

  it('knows its own claims when answers are lost, so exactly N get through', async () => {
    let calls = 0;
    tables.engine.faultFor = () => (++calls % 2 === 0 ? null : { kind: 'lose-answer' });
    const budget = clickBudget(tables.lean, 'links', () => NOW_MS);
    const outcomes: boolean[] = [];
    for (let visit = 0; visit < 30; visit += 1) outcomes.push(await budget.claim('default', 'lossy', 20));
    expect(outcomes.filter(Boolean)).toHaveLength(20);
  });

  it('lets fewer than N through when another process claims between a lost answer and its repeat, never more', async () => {
    const [one, other] = [
      clickBudget(tables.lean, 'links', () => NOW_MS),
      clickBudget(tables.lean, 'links', () => NOW_MS),
    ];
    let calls = 0;
    tables.engine.faultFor = () => (++calls % 3 === 0 ? { kind: 'lose-answer' } : null);
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? one : other).claim('default', 'lossy-two', 20)),
    );
    const through = outcomes.filter(Boolean).length;
    expect(through).toBeLessThanOrEqual(20);
  });

  it('is claimed by a rush of visits in a few writes', async () => {
    let calls = 0;
    tables.engine.faultFor = () => {
      calls += 1;
      return null;
    };
    const budget = clickBudget(tables.lean, 'links', Date.now);
    const outcomes = await Promise.all(Array.from({ length: 1_000 }, () => budget.claim('default', 'rush', 100)));
    expect(outcomes.map((through, index) => through === index < 100)).not.toContain(false);
    expect(calls).toBeLessThanOrEqual(3);
  });

  it('is looked at without a claim, and remembered as spent for a second', async () => {
    const clock = { nowMs: NOW_MS };
    const budget = clickBudget(tables.lean, 'links', () => clock.nowMs);
    expect(await budget.isSpent('default', 'looked', 2)).toBe(false);
    expect([await budget.claim('default', 'looked', 2), await budget.claim('default', 'looked', 2)]).toEqual([
      true,
      true,
    ]);
    expect(await budget.isSpent('default', 'looked', 2)).toBe(true);
    expect(await budget.claim('default', 'looked', 2)).toBe(false);
    let calls = 0;
    tables.engine.faultFor = () => {
      calls += 1;
      return null;
    };
    expect([await budget.claim('default', 'looked', 2), await budget.isSpent('default', 'looked', 2), calls]).toEqual([
      false,
      true,
      0,
    ]);
    // Its owner allows more: that is asked at once.
    expect(await budget.claim('default', 'looked', 3)).toBe(true);
    clock.nowMs += 1_000;
    expect(await budget.claim('default', 'looked', 2)).toBe(false);
    expect(calls).toBe(2);
  });
});

describe('The click stream', () => {
  const stream = () =>
    clickStream(awsJsonClient('kinesis', { ...LEAN_ENV, AWS_ENDPOINT_URL_KINESIS: kinesis.url }), 'clicks');
  const shard = () => kinesis.shardIds('clicks')[0] ?? '';

  it('takes clicks and gives them back as they were, in order, keyed by their link', async () => {
    const clicks = clicksNamed(500);
    expect(await stream().put(clicks, 1_000)).toEqual([]);
    const records = kinesis.read('clicks', shard(), null, 1_000).slice(-500);
    expect(records.map(({ data }) => JSON.parse(data.toString()))).toEqual(clicks);
    expect(records.map(({ partitionKey }) => partitionKey)).toEqual(clicks.map(({ code }) => `default/${code}`));
  });

  it('names the clicks it refused by their index', async () => {
    kinesis.faultFor = () => ({ kind: 'fail-entries', indexes: [0, 3] });
    expect(await stream().put(clicksNamed(5), 1_000)).toEqual([0, 3]);
  });

  it.each([
    ['hangs', { kind: 'hang' }, 'did not answer within 60 ms'],
    ['loses its answer', { kind: 'lose-answer' }, /socket hang up|ECONNRESET|cut off/],
    ['refuses', { kind: 'refuse', status: 500, errorType: 'InternalFailure' }, 'InternalFailure'],
  ] as const)('throws in time when it %s', async (_, fault, message) => {
    kinesis.faultFor = () => fault;
    await expect(stream().put(clicksNamed(1), 60)).rejects.toThrow(message);
  });
});

describe('The click spool', () => {
  it('keeps a full commit in one item, which its own stream tells on', async () => {
    const clicks = clicksNamed(500);
    const reader = tables.engine.stream('clickSpool');
    await clickSpool(tables.lean, 'clickSpool', () => NOW_MS).put(clicks);
    const records = await reader.read(null, 10);
    expect(records).toHaveLength(1);
    const lines = parseSpooledClicks(records[0]?.dynamodb.NewImage?.['clicks']?.S ?? '');
    expect(lines.map(({ line }) => JSON.parse(line))).toEqual(clicks);
    expect(lines.map(({ partitionKey }) => partitionKey)).toEqual(clicks.map(partitionKeyOf));
    expect(TABLES.clickSpool.stream).toBe('NEW_IMAGE');
  });

  it('hands on a line that is no click to this version, whole', () => {
    const [click] = clicksNamed(1);
    const lines = parseSpooledClicks(`${JSON.stringify(click)}\n{"id":"of a newer version"}`);
    expect(lines[1]).toEqual({ line: '{"id":"of a newer version"}', partitionKey: 'unreadable' });
  });

  it('does nothing for no clicks and throws when the table stays away', async () => {
    const spool = clickSpool(tables.lean, 'clickSpool', () => NOW_MS);
    tables.engine.faultFor = () => ({ kind: 'refuse', status: 500, errorType: 'InternalServerError' });
    await expect(spool.put([])).resolves.toBeUndefined();
    await expect(spool.put(clicksNamed(1))).rejects.toThrow('InternalServerError');
  });
});

describe('The blocklist', () => {
  it('is read whole, lower-cased, once for many checks, and again after half a minute', async () => {
    const block = (host: string) =>
      tables.client.send(new PutCommand({ TableName: 'links', Item: { ...blocklistKey(), sk: host } }));
    await block('Malware.example');
    const clock = { nowMs: NOW_MS };
    let reads = 0;
    tables.engine.faultFor = ({ action }) => {
      if (action === 'dynamodb:Query') reads += 1;
      return null;
    };
    const hosts = blocklist(tables.client, 'links', () => clock.nowMs);
    const seen = await Promise.all(Array.from({ length: 100 }, () => hosts.hosts()));
    expect(seen.every((set) => set.has('malware.example'))).toBe(true);
    expect(reads).toBe(1);
    await block('phishing.example');
    clock.nowMs += 29_999;
    expect((await hosts.hosts()).has('phishing.example')).toBe(false);
    clock.nowMs += 1;
    expect((await hosts.hosts()).has('phishing.example')).toBe(true);
  });

  it('that cannot be read is an error, and is asked for again the next time', async () => {
    const hosts = blocklist(tables.client, 'links', () => NOW_MS);
    tables.engine.faultFor = () => ({ kind: 'refuse', status: 400, errorType: 'AccessDeniedException' });
    await expect(hosts.hosts()).rejects.toThrow();
    tables.engine.faultFor = null;
    expect((await hosts.hosts()).size).toBeGreaterThan(0);
  });
});
