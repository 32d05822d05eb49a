import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventSourcePlan } from '../../../local/cloud/event-sources.ts';
import { openCheckpoints } from '../../../local/pumps/checkpoints.ts';
import { type GivenUp, keepFailedRecords } from '../../../local/pumps/failed-records.ts';
import { startShardPump } from '../../../local/pumps/shard-pump.ts';
import type { RecordSource, SourceRecord } from '../../../local/pumps/source.ts';
import { aMapping } from '../../fixtures/mappings.ts';

const folder = mkdtempSync(join(tmpdir(), 'signpost-pumps-'));
afterAll(() => rmSync(folder, { recursive: true }));

const mapping = aMapping();

/** A shard in memory whose reads can be made to fail. */
function fakeShard(): RecordSource & { put(...names: string[]): void; failing: boolean } {
  const records: SourceRecord[] = [];
  let wake = (): void => undefined;
  return {
    shardId: 'shard-0',
    pollIntervalMs: 0,
    failing: false,
    put(...names) {
      for (const name of names) {
        const sequenceNumber = String(records.length + 1).padStart(4, '0');
        records.push({ sequenceNumber, arrivedAtMs: Date.now(), record: { name }, filterable: () => ({ name }) });
      }
      wake();
    },
    async read(after, limit) {
      if (this.failing) throw new Error('engine is away');
      return records.filter(({ sequenceNumber }) => after === null || sequenceNumber > after).slice(0, limit);
    },
    wait: (_after, signal) =>
      new Promise((resolve) => {
        wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      }),
  };
}

type Consumer = (names: string[]) => unknown;

function start(
  shard: RecordSource,
  checkpoints: ReturnType<typeof openCheckpoints>,
  consumer: Consumer,
  given: Partial<EventSourcePlan> = {},
) {
  return startShardPump({
    mapping: { ...mapping, ...given },
    source: shard,
    checkpoints,
    invoke: async (_functionName, event) =>
      consumer((event as { Records: { name: string }[] }).Records.map(({ name }) => name)),
    giveUp: async () => undefined,
    log: () => undefined,
  });
}

describe('a shard pump', () => {
  test('hands over what is there and what comes, in order, in batches of at most the batch size', async () => {
    const shard = fakeShard();
    const batches: string[] = [];
    shard.put('a', 'b', 'c', 'd');
    const pump = start(shard, openCheckpoints(null), (names) => void batches.push(names.join('')));
    await pump.empty();
    shard.put('e');
    await pump.empty();
    expect(batches).toEqual(['abc', 'd', 'e']);
    await pump.stop();
  });

  test('is empty only when what was there before is done with', async () => {
    const shard = fakeShard();
    let done = false;
    const pump = start(shard, openCheckpoints(null), async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      done = true;
    });
    shard.put('a');
    await pump.empty();
    expect(done).toBe(true);
    expect([pump.passedOn(), pump.lagMs()]).toEqual([1, 0]);
    await pump.stop();
  });

  test('goes on behind its checkpoint after a restart, and repeats what was in flight', async () => {
    const path = join(folder, 'restart.json');
    const shard = fakeShard();
    shard.put('a', 'b', 'c', 'd', 'e');
    const before: string[] = [];
    const checkpoints = openCheckpoints(path);
    const dying = start(shard, checkpoints, (names) => {
      before.push(names.join(''));
      if (names.includes('d')) throw new Error('killed');
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    await dying.stop();
    await checkpoints.flush();

    const after: string[] = [];
    const pump = start(shard, openCheckpoints(path), (names) => void after.push(names.join('')));
    await pump.empty();
    await pump.stop();
    expect(before.slice(0, 2)).toEqual(['abc', 'de']);
    expect(after).toEqual(['de']);
  });

  test('records that no filter lets pass are passed over and never come back', async () => {
    const shard = fakeShard();
    const checkpoints = openCheckpoints(null);
    const seen: string[] = [];
    shard.put('x', 'a', 'x', 'x', 'x', 'x');
    const pump = start(shard, checkpoints, (names) => void seen.push(...names), { filters: [{ name: ['a'] }] });
    await pump.empty();
    expect([seen, checkpoints.get('Feed/shard-0')]).toEqual([['a'], '0006']);
    await pump.stop();
  });

  test('a mapping that starts at LATEST passes over what was there when it was made', async () => {
    const shard = fakeShard();
    const seen: string[] = [];
    shard.put('a', 'b');
    const pump = start(shard, openCheckpoints(null), (names) => void seen.push(...names), {
      startingPosition: 'LATEST',
    });
    await pump.empty();
    shard.put('c');
    await pump.empty();
    expect(seen).toEqual(['c']);
    await pump.stop();
  });

  test('a batching window gathers what comes in the meantime', async () => {
    const shard = fakeShard();
    const batches: string[] = [];
    const pump = start(shard, openCheckpoints(null), (names) => void batches.push(names.join('')), { windowS: 0.1 });
    shard.put('a');
    await new Promise((resolve) => setTimeout(resolve, 30));
    shard.put('b');
    await pump.empty();
    expect(batches).toEqual(['ab']);
    await pump.stop();
  });

  test('survives a source that cannot be read for a while', async () => {
    const shard = fakeShard();
    shard.failing = true;
    const seen: string[] = [];
    const pump = start(shard, openCheckpoints(null), (names) => void seen.push(...names));
    shard.put('a');
    await new Promise((resolve) => setTimeout(resolve, 50));
    shard.failing = false;
    await pump.empty();
    expect(seen).toEqual(['a']);
    await pump.stop();
  });
});

describe('checkpoints', () => {
  test('are on disk after a flush, whole', async () => {
    const path = join(folder, 'checkpoints.json');
    const checkpoints = openCheckpoints(path);
    for (let at = 0; at < 100; at += 1) checkpoints.set('Feed/shard-0', String(at));
    await checkpoints.flush();
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ 'Feed/shard-0': '99' });
    expect(openCheckpoints(path).get('Feed/shard-0')).toBe('99');
  });

  test('a file that holds none is an error, not a new start', () => {
    const path = join(folder, 'broken.json');
    writeFileSync(path, 'half a fi');
    expect(() => openCheckpoints(path)).toThrow(SyntaxError);
  });
});

describe('a batch that was given up on', () => {
  const record = {
    sequenceNumber: '1',
    arrivedAtMs: Date.UTC(2026, 10, 21),
    record: { kinesis: { data: 'aGk=' } },
    filterable: () => null,
  };
  const given = {
    mapping: aMapping({ onFailureBucketArn: 'arn:aws:s3:::failed' }),
    shardId: 's-0',
    records: [record],
    condition: 'RetryAttemptsExhausted',
    invokeCount: 6,
    error: new Error('no'),
  } as const;

  async function keep(overrides: Partial<GivenUp> = {}) {
    const objects = new Map<string, string>();
    const s3 = {
      put: async (bucket: string, key: string, body: Buffer) => void objects.set(`${bucket}/${key}`, body.toString()),
    };
    const name = await keepFailedRecords(s3, { ...given, ...overrides });
    return { name, objects, filed: JSON.parse(objects.get(name ?? '') ?? 'null') as unknown };
  }

  test('is kept whole in its bucket, under the key and in the shape of Lambda', async () => {
    const { name, filed } = await keep();
    expect(name).toMatch(
      /^failed\/aws\/lambda\/Feed\/s-0\/\d{4}\/\d\d\/\d\d\/\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d-[0-9a-f-]{36}$/,
    );
    const arrived = '2026-11-21T00:00:00.000Z';
    // The example of the developer guide, member by member.
    expect(filed).toEqual({
      requestContext: {
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:consumer',
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: 6,
      },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      version: '1.0',
      timestamp: expect.stringMatching(/^\d{4}-.+Z$/),
      KinesisBatchInfo: {
        shardId: 's-0',
        startSequenceNumber: '1',
        endSequenceNumber: '1',
        approximateArrivalOfFirstRecord: arrived,
        approximateArrivalOfLastRecord: arrived,
        batchSize: 1,
        streamArn: given.mapping.streamArn,
      },
      payload: JSON.stringify({ Records: [record.record] }),
    });
  });

  test.each<[claim: string, overrides: Partial<GivenUp>, member: object]>([
    ['answered, and refused it', { error: null }, { responseContext: { functionError: null } }],
    ['was never asked', { invokeCount: 0, error: null }, { responseContext: null }],
    ['follows a table', { mapping: { ...given.mapping, kind: 'dynamodb' } }, { DDBStreamBatchInfo: { batchSize: 1 } }],
  ])('tells that its function %s', async (_, overrides, member) => {
    expect((await keep(overrides)).filed).toMatchObject(member);
  });

  test('is not kept where the mapping names no bucket', async () => {
    const { name, objects } = await keep({ mapping });
    expect([name, objects.size]).toEqual([null, 0]);
  });
});
