import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  KinesisClient,
  ListShardsCommand,
  ListStreamsCommand,
  MergeShardsCommand,
  PutRecordCommand,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis';
import type { EngineCall } from '../../../local/engines/engine.ts';
import { type KinesisEngine, startKinesis } from '../../../local/engines/kinesis.ts';
import { CLIENT, everyone } from './everyone.ts';
import { temporaryFolders } from './folder.ts';

const newFolder = temporaryFolders();
const STREAM = 'clicks';

/** The SDK's Kinesis client speaks HTTP/2 by default; DynamoDB's brings the HTTP/1.1 handler. */
const HTTP1 = () => new DynamoDBClient(CLIENT).config.requestHandler;

async function withEngine(
  use: (engine: KinesisEngine, client: KinesisClient) => Promise<void>,
  options: { shards?: number; dataDir?: string; authorize?: typeof everyone; now?: () => number } = {},
): Promise<void> {
  const { shards = 1, authorize = everyone, ...rest } = options;
  const engine = await startKinesis({ authorize, ...rest });
  const client = new KinesisClient({ ...CLIENT, endpoint: engine.url, requestHandler: HTTP1() });
  try {
    await engine.createStream({ name: STREAM, shards, retentionHours: 24 });
    await use(engine, client);
  } finally {
    client.destroy();
    await engine.close();
  }
}

const entry = (text: string, PartitionKey = 'key') => ({ Data: Buffer.from(text), PartitionKey });
const putAll = (client: KinesisClient, texts: string[]) =>
  client.send(new PutRecordsCommand({ StreamName: STREAM, Records: texts.map((text) => entry(text)) }));

async function iterator(client: KinesisClient, start: Partial<GetShardIteratorCommandInput> = {}): Promise<string> {
  const input: GetShardIteratorCommandInput = {
    StreamName: STREAM,
    ShardId: 'shardId-000000000000',
    ShardIteratorType: 'TRIM_HORIZON',
    ...start,
  };
  return (await client.send(new GetShardIteratorCommand(input))).ShardIterator as string;
}

async function textsFrom(client: KinesisClient, start: Partial<GetShardIteratorCommandInput> = {}): Promise<string[]> {
  const { Records } = await client.send(new GetRecordsCommand({ ShardIterator: await iterator(client, start) }));
  return (Records ?? []).map(({ Data }) => Buffer.from(Data ?? '').toString());
}

describe.each([
  ['HTTP/2, the default', undefined],
  ['HTTP/1.1', HTTP1],
])("the SDK's client over %s", (_, handler) => {
  it('puts, describes, lists and gets', async () => {
    await withEngine(async (engine) => {
      const client = new KinesisClient({
        ...CLIENT,
        endpoint: engine.url,
        ...(handler && { requestHandler: handler() }),
      });
      const one = await client.send(new PutRecordCommand({ StreamName: STREAM, ...entry('one') }));
      expect(one.ShardId).toBe('shardId-000000000000');
      const more = await putAll(client, ['two', 'three']);
      expect(more.FailedRecordCount).toBe(0);
      const numbers = [one, ...(more.Records ?? [])].map(({ SequenceNumber }) => SequenceNumber as string);
      expect(numbers).toEqual([...numbers].sort());

      const summary = await client.send(new DescribeStreamSummaryCommand({ StreamName: STREAM }));
      expect(summary.StreamDescriptionSummary).toMatchObject({
        StreamARN: engine.streamArn(STREAM),
        StreamStatus: 'ACTIVE',
        OpenShardCount: 1,
      });
      const created = summary.StreamDescriptionSummary?.StreamCreationTimestamp?.getTime() ?? 0;
      expect(Math.abs(Date.now() - created)).toBeLessThan(60_000);
      const { StreamDescription } = await client.send(
        new DescribeStreamCommand({ StreamARN: engine.streamArn(STREAM) }),
      );
      expect(StreamDescription?.Shards).toHaveLength(1);
      expect((await client.send(new ListStreamsCommand({}))).StreamNames).toEqual([STREAM]);

      const { Records, MillisBehindLatest, NextShardIterator } = await client.send(
        new GetRecordsCommand({ ShardIterator: await iterator(client) }),
      );
      expect(Records?.map(({ SequenceNumber }) => SequenceNumber)).toEqual(numbers);
      expect(Buffer.from(Records?.[2]?.Data ?? '').toString()).toBe('three');
      expect(Records?.[0]?.PartitionKey).toBe('key');
      expect(Math.abs(Date.now() - (Records?.[0]?.ApproximateArrivalTimestamp?.getTime() ?? 0))).toBeLessThan(60_000);
      expect(MillisBehindLatest).toBe(0);
      const next = await client.send(new GetRecordsCommand({ ShardIterator: NextShardIterator }));
      expect(next.Records).toEqual([]);
      client.destroy();
    });
  });
});

it('starts iterators where they are asked to start', async () => {
  let nowMs = Date.UTC(2026, 10, 21);
  await withEngine(
    async (_, client) => {
      const first = await putAll(client, ['one', 'two']);
      nowMs += 10_000;
      const latest = await iterator(client, { ShardIteratorType: 'LATEST' });
      await putAll(client, ['three']);
      const at = { StartingSequenceNumber: first.Records?.[1]?.SequenceNumber };
      expect(await textsFrom(client, { ShardIteratorType: 'AT_SEQUENCE_NUMBER', ...at })).toEqual(['two', 'three']);
      expect(await textsFrom(client, { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', ...at })).toEqual(['three']);
      expect(await textsFrom(client, { ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(nowMs) })).toEqual([
        'three',
      ]);
      const fromLatest = await client.send(new GetRecordsCommand({ ShardIterator: latest }));
      expect(fromLatest.Records).toHaveLength(1);

      nowMs += 300_001;
      await expect(client.send(new GetRecordsCommand({ ShardIterator: latest }))).rejects.toMatchObject({
        name: 'ExpiredIteratorException',
      });
    },
    { now: () => nowMs },
  );
});

it('reads in pages and says how far behind it is', async () => {
  let nowMs = Date.UTC(2026, 10, 21);
  await withEngine(
    async (_, client) => {
      await putAll(client, ['one', 'two', 'three']);
      nowMs += 5_000;
      const page = await client.send(new GetRecordsCommand({ ShardIterator: await iterator(client), Limit: 2 }));
      expect(page.Records).toHaveLength(2);
      expect(page.MillisBehindLatest).toBe(5_000);
      const rest = await client.send(new GetRecordsCommand({ ShardIterator: page.NextShardIterator }));
      expect(rest.Records).toHaveLength(1);
      expect(rest.MillisBehindLatest).toBe(0);
    },
    { now: () => nowMs },
  );
});

it('splits records over shards by key, keeps the order of each key, and lists shards in pages', async () => {
  await withEngine(
    async (engine, client) => {
      const keys = Array.from({ length: 200 }, (_, n) => `code-${n % 50}`);
      const Records = keys.map((key, n) => entry(String(n), key));
      const { Records: results } = await client.send(new PutRecordsCommand({ StreamName: STREAM, Records }));
      expect(new Set(results?.map(({ ShardId }) => ShardId)).size).toBe(4);
      for (const shardId of engine.shardIds(STREAM)) {
        const numbers = engine.read(STREAM, shardId, null, 1_000).map(({ data }) => Number(data.toString()));
        expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
        for (const n of numbers) expect(results?.[n]?.ShardId).toBe(shardId);
      }
      const last = { ...entry('explicit', 'any'), ExplicitHashKey: String((1n << 128n) - 1n) };
      const { ShardId } = await client.send(new PutRecordCommand({ StreamName: STREAM, ...last }));
      expect(ShardId).toBe('shardId-000000000003');

      const page = await client.send(new ListShardsCommand({ StreamName: STREAM, MaxResults: 3 }));
      const rest = await client.send(new ListShardsCommand({ NextToken: page.NextToken }));
      const ids = [...(page.Shards ?? []), ...(rest.Shards ?? [])].map(({ ShardId }) => ShardId);
      expect(ids).toEqual(engine.shardIds(STREAM));
      expect(rest.NextToken).toBeUndefined();
    },
    { shards: 4 },
  );
});

describe('what Kinesis refuses', () => {
  const big = Buffer.alloc(1024 * 1024, 1);
  it.each([
    ['501 records', { Records: Array.from({ length: 501 }, () => entry('x')) }, 'ValidationException'],
    ['no records', { Records: [] }, 'ValidationException'],
    ['a record over 1 MB with its key', { Records: [{ Data: big, PartitionKey: 'k' }] }, 'ValidationException'],
    [
      'more than 5 MB in one call',
      { Records: Array.from({ length: 6 }, () => ({ Data: big.subarray(0, 900_000), PartitionKey: 'k' })) },
      'InvalidArgumentException',
    ],
    ['an empty partition key', { Records: [entry('x', '')] }, 'ValidationException'],
    ['a partition key of 257 characters', { Records: [entry('x', 'k'.repeat(257))] }, 'ValidationException'],
    [
      'a hash key of 2^128',
      { Records: [{ ...entry('x'), ExplicitHashKey: String(1n << 128n) }] },
      'InvalidArgumentException',
    ],
    ['an unknown stream', { StreamName: 'other', Records: [entry('x')] }, 'ResourceNotFoundException'],
  ])('%s', async (_, input, name) => {
    await withEngine(async (engine, client) => {
      const command = new PutRecordsCommand({ StreamName: STREAM, ...input });
      await expect(client.send(command)).rejects.toMatchObject({ name });
      expect(engine.read(STREAM, 'shardId-000000000000', null, 10)).toEqual([]);
    });
  });

  it('operations that nobody here needs, broken iterators and unknown shards', async () => {
    await withEngine(async (_, client) => {
      const merge = new MergeShardsCommand({ StreamName: STREAM, ShardToMerge: 'a', AdjacentShardToMerge: 'b' });
      await expect(client.send(merge)).rejects.toMatchObject({ name: 'UnknownOperationException' });
      await expect(client.send(new GetRecordsCommand({ ShardIterator: 'nonsense' }))).rejects.toMatchObject({
        name: 'InvalidArgumentException',
      });
      await expect(iterator(client, { ShardId: 'shardId-000000000009' })).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      });
    });
  });

  it('takes 500 records and exactly 1 MB', async () => {
    await withEngine(async (engine, client) => {
      await putAll(
        client,
        Array.from({ length: 500 }, (_, n) => String(n)),
      );
      await client.send(new PutRecordCommand({ StreamName: STREAM, Data: big.subarray(1), PartitionKey: 'k' }));
      const records = engine.read(STREAM, 'shardId-000000000000', null, 1_000);
      expect(records).toHaveLength(501);
      expect(records.at(-1)?.data.equals(big.subarray(1))).toBe(true);
    });
  });

  it('bytes that are no request', async () => {
    await withEngine(async (engine) => {
      const post = (body: string, headers: Record<string, string>) =>
        fetch(engine.url, { method: 'POST', body, headers });
      expect((await post('{}', {})).status).toBe(400);
      const broken = await post('{"StreamName":', { 'x-amz-target': 'Kinesis_20131202.PutRecords' });
      expect([broken.status, await broken.json()]).toMatchObject([
        400,
        { __type: expect.stringContaining('Serialization') },
      ]);
    });
  });
});

describe('access', () => {
  it('is asked for with the key id of the signature, the action and the stream', async () => {
    const calls: EngineCall[] = [];
    const authorize = (call: EngineCall) => {
      calls.push(call);
      return { allowed: true } as const;
    };
    await withEngine(
      async (engine, client) => {
        const resourceArns = [engine.streamArn(STREAM)];
        await putAll(client, ['one']);
        await textsFrom(client);
        await client.send(new ListStreamsCommand({}));
        expect(calls).toEqual([
          { accessKeyId: 'TEST', action: 'kinesis:PutRecords', resourceArns },
          { accessKeyId: 'TEST', action: 'kinesis:GetShardIterator', resourceArns },
          { accessKeyId: 'TEST', action: 'kinesis:GetRecords', resourceArns },
          { accessKeyId: 'TEST', action: 'kinesis:ListStreams', resourceArns: ['*'] },
        ]);
      },
      { authorize },
    );
  });

  it('is denied before anything is done', async () => {
    await withEngine(
      async (engine, client) => {
        await expect(putAll(client, ['one'])).rejects.toMatchObject({
          name: 'AccessDeniedException',
          message: 'not you',
        });
        expect(engine.read(STREAM, 'shardId-000000000000', null, 10)).toEqual([]);
      },
      { authorize: () => ({ allowed: false, message: 'not you' }) },
    );
  });
});

describe('faults', () => {
  it('refuse a call, or single entries of it', async () => {
    await withEngine(async (engine, client) => {
      engine.faultFor = () => ({ kind: 'refuse', status: 400, errorType: 'ProvisionedThroughputExceededException' });
      await expect(putAll(client, ['one'])).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' });

      engine.faultFor = (call, entries) =>
        call.action === 'kinesis:PutRecords' && entries === 3 ? { kind: 'fail-entries', indexes: [0, 2] } : null;
      const answer = await putAll(client, ['one', 'two', 'three']);
      expect(answer.FailedRecordCount).toBe(2);
      expect(answer.Records?.map(({ ErrorCode }) => ErrorCode)).toEqual([
        'ProvisionedThroughputExceededException',
        undefined,
        'ProvisionedThroughputExceededException',
      ]);
      engine.faultFor = null;
      expect(await textsFrom(client)).toEqual(['two']);
    });
  });

  it.each([
    ['HTTP/1.1', HTTP1],
    ['HTTP/2', undefined],
  ])('lose the answer of a call that was done, over %s', async (_, handler) => {
    await withEngine(async (engine) => {
      const client = new KinesisClient({
        ...CLIENT,
        endpoint: engine.url,
        ...(handler && { requestHandler: handler() }),
      });
      engine.faultFor = () => ({ kind: 'lose-answer' });
      await expect(putAll(client, ['done'])).rejects.toThrow();
      engine.faultFor = null;
      expect(await textsFrom(client)).toEqual(['done']);
      client.destroy();
    });
  });

  it('never answer', async () => {
    await withEngine(async (engine, client) => {
      engine.faultFor = () => ({ kind: 'hang' });
      const call = client.send(new ListStreamsCommand({}), { abortSignal: AbortSignal.timeout(50) });
      await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    });
  });
});

describe('the engine in process', () => {
  it('pushes records to who waits for them', async () => {
    await withEngine(async (engine, client) => {
      const [shardId] = engine.shardIds(STREAM) as [string];
      const waiting = engine.waitForRecords(STREAM, shardId, null, AbortSignal.timeout(5_000));
      const { SequenceNumber } = await client.send(new PutRecordCommand({ StreamName: STREAM, ...entry('one') }));
      await waiting;
      const records = engine.read(STREAM, shardId, null, 10);
      expect(records.map(({ sequenceNumber }) => sequenceNumber)).toEqual([SequenceNumber]);
      expect(engine.read(STREAM, shardId, SequenceNumber as string, 10)).toEqual([]);
    });
  });

  it('keeps streams over a restart, also with fewer shards asked for', async () => {
    const dataDir = newFolder();
    await withEngine(
      async (engine, client) => {
        await engine.createStream({ name: STREAM, shards: 1, retentionHours: 24 });
        await putAll(client, ['kept']);
      },
      { dataDir, shards: 2 },
    );
    await withEngine(
      async (engine) => {
        const texts = engine.shardIds(STREAM).flatMap((id) => engine.read(STREAM, id, null, 10).map(String));
        expect(engine.shardIds(STREAM)).toHaveLength(2);
        expect(texts).toHaveLength(1);
      },
      { dataDir, shards: 1 },
    );
  });

  it('refuses a folder that another one uses, and lets it go when closed', async () => {
    const dataDir = newFolder();
    await withEngine(
      async () => {
        await expect(startKinesis({ dataDir, authorize: everyone })).rejects.toThrow(/Another Signpost is using/);
      },
      { dataDir },
    );
    await withEngine(() => Promise.resolve(), { dataDir });
  });
});
