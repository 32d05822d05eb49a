import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { clickSpool, encodeSpooledClicks } from '../../adapters/click-spool.ts';
import { spoolDrain } from '../../adapters/spool-drain.ts';
import { spooledClicksKey } from '../../adapters/table.ts';
import { newClickId } from '../../core/clicks/click-id.ts';
import { parseClickEvent } from '../../core/clicks/click-record.ts';
import type { ClickEvent } from '../../core/clicks/row.ts';
import type { KinesisEngine } from '../../local/engines/kinesis.ts';
import { startKinesis } from '../../local/engines/kinesis.ts';
import { aClickEvent } from '../fixtures/clicks.ts';
import { NOW_MS } from '../fixtures/links.ts';
import type { TestTables } from '../fixtures/tables.ts';
import { startTables } from '../fixtures/tables.ts';

const CLIENT = { region: 'us-east-1', credentials: { accessKeyId: 'TEST', secretAccessKey: 'test' }, maxAttempts: 1 };
const ENV = { CLICK_SPOOL_TABLE: 'clickSpool', CLICK_STREAM: 'clicks' };

let tables: TestTables;
let kinesis: KinesisEngine;
let client: KinesisClient;
beforeAll(async () => {
  tables = await startTables();
  kinesis = await startKinesis({ authorize: () => ({ allowed: true }) });
  // The SDK's Kinesis client would speak HTTP/2; DynamoDB's brings the HTTP/1.1 handler.
  const { requestHandler } = new DynamoDBClient(CLIENT).config;
  client = new KinesisClient({ ...CLIENT, endpoint: kinesis.url, requestHandler });
});
afterEach(() => {
  kinesis.faultFor = null;
});
afterAll(async () => {
  client.destroy();
  await tables.close();
  await kinesis.close();
});

function eventIn(json: string): ClickEvent | null {
  const event = parseClickEvent(json);
  return event === null ? null : { ...event.seen, user_agent: event.userAgent ?? '' };
}

let streams = 0;
async function world(count: number) {
  streams += 1;
  const env = { ...ENV, CLICK_STREAM: `clicks-${streams}` };
  await kinesis.createStream({ name: env.CLICK_STREAM, shards: 1, retentionHours: 24 });
  const clicks = Array.from({ length: count }, () => aClickEvent({ id: newClickId(NOW_MS) }));
  await clickSpool(tables.lean, 'clickSpool', () => NOW_MS).put(clicks);
  const { pk } = spooledClicksKey(clicks[0]?.id ?? '');
  const drain = spoolDrain(tables.client, client, env);
  const onStream = (): (ClickEvent | null)[] =>
    kinesis
      .read(env.CLICK_STREAM, kinesis.shardIds(env.CLICK_STREAM)[0] ?? '', null, 2_000)
      .map(({ data }) => eventIn(data.toString()));
  const isSpooled = async (): Promise<boolean> =>
    'Item' in (await tables.lean('GetItem', { TableName: 'clickSpool', Key: { pk: { S: pk } } }, 1_000));
  return { batch: drain.parse(pk, encodeSpooledClicks(clicks)), clicks, drain, onStream, isSpooled };
}

describe('Draining the spool', () => {
  it('brings a full commit back to the stream and forgets it', async () => {
    const { batch, clicks, drain, onStream, isSpooled } = await world(500);
    expect(await isSpooled()).toBe(true);
    await drain.drain([batch]);
    expect(onStream()).toEqual(clicks);
    expect(await isSpooled()).toBe(false);
  });

  it('sends what the stream refused again, until it has all', async () => {
    const { batch, clicks, drain, onStream, isSpooled } = await world(10);
    let calls = 0;
    kinesis.faultFor = () => (++calls <= 2 ? { kind: 'fail-entries', indexes: [0, 1] } : null);
    await drain.drain([batch]);
    expect(new Set(onStream().map((click) => click?.id))).toEqual(new Set(clicks.map(({ id }) => id)));
    expect(await isSpooled()).toBe(false);
  });

  it.each([
    ['refuses some for ever', { kind: 'fail-entries', indexes: [0] }],
    ['is away', { kind: 'refuse', status: 500, errorType: 'InternalFailure' }],
  ] as const)('keeps the clicks while the stream %s', async (_, fault) => {
    const { batch, drain, isSpooled } = await world(1);
    kinesis.faultFor = () => fault;
    await expect(drain.drain([batch])).rejects.toThrow();
    expect(await isSpooled()).toBe(true);
  });

  it('drained twice is on the stream twice: counting knows a click by its id', async () => {
    const { batch, drain, onStream } = await world(2);
    await drain.drain([batch]);
    await drain.drain([batch]);
    expect(onStream()).toHaveLength(4);
  });

  it('lets many small batches share a few calls, and leaves none of them', async () => {
    const { batch, drain, onStream } = await world(1);
    const others = Array.from({ length: 60 }, (_, index) => ({ ...batch, pk: `${batch.pk}-${index}` }));
    let calls = 0;
    kinesis.faultFor = () => {
      calls += 1;
      return null;
    };
    await drain.drain([batch, ...others]);
    expect(calls).toBe(1);
    expect(onStream()).toHaveLength(61);
  });
});
