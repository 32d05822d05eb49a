import { setImmediate } from 'node:timers/promises';
import { DeleteCommand, PutCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDbEngine } from '../../../local/engines/dynamodb.ts';
import { COUNTS, item, put, withDynamoDb } from './dynamodb-bench.ts';

it('a stream hands over changes as Lambda does, in order, from any place', async () => {
  await withDynamoDb(async (engine, client) => {
    await put(client, 'a', { n: 1, bytes: new Uint8Array([1, 2]) });
    await client.send(
      new UpdateCommand({
        TableName: 'links',
        Key: item('a'),
        UpdateExpression: 'SET n = :n',
        ExpressionAttributeValues: { ':n': 2 },
      }),
    );
    await client.send(new DeleteCommand({ TableName: 'links', Key: item('a') }));
    const records = await engine.stream('links').read(null, 10);
    expect(records.map(({ eventName }) => eventName)).toEqual(['INSERT', 'MODIFY', 'REMOVE']);
    expect(records[0]).toMatchObject({
      eventID: expect.any(String),
      eventSource: 'aws:dynamodb',
      awsRegion: 'us-east-1',
      eventSourceARN: engine.streamArn('links'),
      dynamodb: {
        Keys: { pk: { S: 'a' }, sk: { S: 'link' } },
        NewImage: { n: { N: '1' }, bytes: { B: 'AQI=' } },
        StreamViewType: 'NEW_IMAGE',
        SizeBytes: expect.any(Number),
      },
    });
    const createdS = records[0]?.dynamodb.ApproximateCreationDateTime ?? 0;
    expect(Math.abs(Date.now() / 1_000 - createdS)).toBeLessThan(60);
    expect(records[2]?.dynamodb.NewImage).toBeUndefined();

    const numbers = records.map(({ dynamodb }) => dynamodb.SequenceNumber);
    expect(numbers).toEqual([...numbers].sort());
    const reader = engine.stream('links');
    const [first] = await reader.read(null, 1);
    expect((await reader.read(first?.dynamodb.SequenceNumber ?? null, 10)).map(({ eventName }) => eventName)).toEqual([
      'MODIFY',
      'REMOVE',
    ]);
    const fromTheMiddle = await engine.stream('links').read(numbers[1] as string, 10);
    expect(fromTheMiddle.map(({ eventName }) => eventName)).toEqual(['REMOVE']);
  });
});

type Reader = ReturnType<DynamoDbEngine['stream']>;
const waited = (reader: Reader): Promise<void> => reader.waitForChange(new AbortController().signal);
/** Whether it need not wait, however slow the machine: nothing but what is settled comes before an immediate. */
const isTold = (waiting: Promise<void>): Promise<boolean> =>
  Promise.race([waiting.then(() => true), setImmediate(false)]);

it('a stream is told of a write at once, also of one that came between reading and waiting', async () => {
  await withDynamoDb(async (engine, client) => {
    const reader = engine.stream('links');
    await reader.read(null, 10);
    const waiting = waited(reader);
    expect(await isTold(waiting)).toBe(false);
    await put(client, 'a');
    expect(await isTold(waiting)).toBe(true);

    await reader.read(null, 10);
    await put(client, 'b');
    expect(await isTold(waited(reader))).toBe(true);

    await reader.read(null, 10);
    await client.send(new PutCommand({ TableName: 'counts', Item: { pk: 'another table' } }));
    const startMs = performance.now();
    await waited(reader);
    expect(performance.now() - startMs).toBeGreaterThan(400);
    await reader.waitForChange(AbortSignal.abort());
  });
});

it('a stream has several readers, and one that reads does not make another wait', async () => {
  await withDynamoDb(async (engine, client) => {
    const [one, other] = [engine.stream('links'), engine.stream('links')];
    for (const reader of [one, other]) await reader.read(null, 10);
    await put(client, 'a');
    await other.read(null, 10);
    expect(await isTold(waited(one))).toBe(true);
  });
});

it('a stream holds no more than keys where the table says so, also of a transaction and of a deletion', async () => {
  await withDynamoDb(async (engine, client) => {
    await engine.createTable({ ...COUNTS, name: 'outbox', streamViewType: 'KEYS_ONLY' });
    const Put = { TableName: 'outbox', Item: { pk: 'mail#1', to: 'ada@example.org' } };
    await client.send(new TransactWriteCommand({ TransactItems: [{ Put }] }));
    await client.send(new PutCommand({ TableName: 'outbox', Item: { pk: 'mail#1', to: 'eve@example.org' } }));
    await client.send(new DeleteCommand({ TableName: 'outbox', Key: { pk: 'mail#1' } }));
    const records = await engine.stream('outbox').read(null, 10);
    expect(records.map(({ eventName }) => eventName)).toEqual(['INSERT', 'MODIFY', 'REMOVE']);
    for (const { dynamodb } of records) {
      expect(dynamodb).toMatchObject({ Keys: { pk: { S: 'mail#1' } }, StreamViewType: 'KEYS_ONLY' });
      expect(JSON.stringify(dynamodb)).not.toContain('example.org');
    }
  });
});

it('a stream belongs to tables that have one', async () => {
  await withDynamoDb(async (engine) => {
    expect(() => engine.stream('counts')).toThrow('Table counts has no stream.');
    expect(() => engine.stream('unknown')).toThrow('Table unknown was not created at this engine.');
  });
});
