import { parquetReadObjects } from 'hyparquet';
import { readClick } from '../../../core/clicks/click.ts';
import { encodeClickEvent } from '../../../core/clicks/click-event.ts';
import { newClickId } from '../../../core/clicks/click-id.ts';
import { encodeClickRow } from '../../../core/clicks/click-row.ts';
import { LAKE_COLUMNS } from '../../../core/lake/clicks-table.ts';
import { clicksToRowsHandler } from '../../../lambdas/clicks-to-rows/handler.ts';
import type { DeliveryStreamPlan } from '../../../local/cloud/delivery-streams.ts';
import { startShardDelivery } from '../../../local/deliveries/shard-delivery.ts';
import type { KinesisRecord } from '../../../local/engines/kinesis.ts';
import { openCheckpoints } from '../../../local/pumps/checkpoints.ts';
import { aClickEvent } from '../../fixtures/clicks.ts';
import { NOW_MS } from '../../fixtures/links.ts';

const ARRIVED_MS = Date.UTC(2026, 2, 12, 9, 26, 53);
const plan: DeliveryStreamPlan = {
  name: 'Delivery',
  roleName: 'DeliveryRole',
  streamArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/Clicks',
  sourceName: 'Clicks',
  bucketArn: 'arn:aws:s3:::lake',
  bucketName: 'lake',
  prefix: 'clicks/dt=!{timestamp:yyyy-MM-dd}/hr=!{timestamp:HH}/',
  errorPrefix: '!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/',
  bufferBytes: 64 * 1_048_576,
  bufferS: 60,
  transform: { functionName: 'clicks-to-rows', functionArn: 'arn:rows', retries: 3, bufferBytes: 1_048_576 },
  columns: LAKE_COLUMNS,
  logGroupArn: null,
  tableArns: [],
};

type Invoke = (functionName: string, event: unknown) => Promise<unknown>;
const reallyTransform: Invoke = async (_name, event) =>
  clicksToRowsHandler(event as Parameters<typeof clicksToRowsHandler>[0]);

let logged: jest.SpyInstance;
beforeEach(() => {
  logged = jest.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => logged.mockRestore());

/** A shard and a bucket in memory, and deliveries between them that can be started again. */
function world() {
  const records: KinesisRecord[] = [];
  const objects = new Map<string, Buffer>();
  const checkpoints = openCheckpoints(null);
  const lines: string[] = [];
  let wake = (): void => undefined;
  const bucket = { refuses: 0 };
  const kinesis = {
    read: (_stream: string, _shard: string, after: string | null, limit: number) =>
      records.filter(({ sequenceNumber }) => after === null || sequenceNumber > after).slice(0, limit),
    waitForRecords: (_stream: string, _shard: string, after: string | null, signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        if (signal.aborted || records.some(({ sequenceNumber }) => after === null || sequenceNumber > after)) {
          resolve();
          return;
        }
        wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      }),
  };
  const s3 = {
    async put(name: string, key: string, body: Buffer) {
      if (bucket.refuses > 0) {
        bucket.refuses -= 1;
        throw new Error('the bucket is away');
      }
      objects.set(`${name}/${key}`, body);
    },
  };
  return {
    objects,
    lines,
    bucket,
    put: (...texts: readonly string[]): void => {
      for (const text of texts) {
        const sequenceNumber = String(records.length + 1).padStart(6, '0');
        records.push({ sequenceNumber, partitionKey: 'k', data: Buffer.from(text), arrivedAtMs: ARRIVED_MS });
      }
      wake();
    },
    start: (invoke: Invoke = reallyTransform, given: Partial<DeliveryStreamPlan> = {}, longestBufferMs = 60_000) =>
      startShardDelivery({
        plan: { ...plan, ...given },
        shardId: 'shard-0',
        kinesis,
        s3,
        checkpoints,
        longestBufferMs,
        invoke,
        log: (line) => void lines.push(line),
      }),
    keys: (prefix: string) => [...objects.keys()].filter((key) => key.startsWith(`lake/${prefix}`)),
    rows: async () => {
      const files = [...objects].filter(([key]) => key.startsWith('lake/clicks/'));
      const read = files.map(([, body]) => parquetReadObjects({ file: new Uint8Array(body).buffer }));
      return (await Promise.all(read)).flat();
    },
    failures: (prefix: string) =>
      [...objects]
        .filter(([key]) => key.startsWith(`lake/${prefix}`))
        .flatMap(([, body]) => body.toString().trimEnd().split('\n'))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

const newEvents = (count: number) => Array.from({ length: count }, () => aClickEvent({ id: newClickId(NOW_MS) }));
const idsOf = (rows: readonly Record<string, unknown>[]) => rows.map(({ id }) => String(id)).sort();

describe('A delivery', () => {
  it('writes every click as a row of exactly the table’s columns, below the hour it arrived in', async () => {
    const { put, start, rows, keys } = world();
    const events = newEvents(3);
    put(...events.map(encodeClickEvent));
    const delivery = start();
    await delivery.flush();
    const [file, ...others] = keys('clicks/');
    expect(others).toEqual([]);
    expect(file).toMatch(/^lake\/clicks\/dt=2026-03-12\/hr=09\/Delivery-1-2026-03-12-09-26-53-[0-9a-f-]{36}\.parquet$/);
    const clicks = events.flatMap((event) => readClick(encodeClickEvent(event)) ?? []);
    const expected = clicks.map(({ at_ms, ...click }) => ({ ...click, clicked_at: new Date(at_ms) }));
    expect(await rows()).toEqual(expected);
    expect(Object.keys((await rows())[0] ?? {})).toEqual(LAKE_COLUMNS.map(({ name }) => name));
    await delivery.stop();
  });

  it('writes what comes while it runs as soon as it has waited for long enough', async () => {
    const { put, start, rows } = world();
    const delivery = start(reallyTransform, {}, 30);
    const [event = aClickEvent()] = newEvents(1);
    put(encodeClickEvent(event));
    while ((await rows()).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(idsOf(await rows())).toEqual([event.id]);
    await delivery.stop();
  });

  it('writes a file whenever it has enough', async () => {
    const { put, start, keys } = world();
    put(...newEvents(10).map(encodeClickEvent));
    const delivery = start(reallyTransform, { bufferBytes: 1, transform: { ...plan.transform, bufferBytes: 1 } });
    while (keys('clicks/').length < 10) await new Promise((resolve) => setTimeout(resolve, 5));
    await delivery.stop();
  });

  it('files poison as it came, and the clicks around it flow on', async () => {
    const { put, start, rows, failures, keys } = world();
    const events = newEvents(2);
    put(encodeClickEvent(events[0] ?? aClickEvent()), 'poison', encodeClickEvent(events[1] ?? aClickEvent()));
    const delivery = start();
    await delivery.flush();
    expect(idsOf(await rows())).toEqual(events.map(({ id }) => id).sort());
    expect(keys('processing-failed/')[0]).toMatch(/^lake\/processing-failed\/2026\/03\/12\/Delivery-1-/);
    expect(failures('processing-failed/')).toEqual([
      expect.objectContaining({
        attemptsMade: 1,
        arrivalTimestamp: ARRIVED_MS,
        errorCode: 'Lambda.ProcessingFailedStatus',
        rawData: Buffer.from('poison').toString('base64'),
        lambdaArn: 'arn:rows',
      }),
    ]);
    await delivery.stop();
  });

  it.each([
    ['throws', (): Promise<unknown> => Promise.reject(new Error('out of order'))],
    ['answers nothing', async () => ({})],
    ['leaves records out', async () => ({ records: [] })],
  ])('files a batch whole when its transform %s four times, and goes on with the next', async (_, failing) => {
    const { put, start, rows, failures } = world();
    const events = newEvents(2).map(encodeClickEvent);
    put(events[0] ?? '');
    let calls = 0;
    const delivery = start((name, event) => {
      calls += 1;
      return calls <= 4 ? failing() : reallyTransform(name, event);
    });
    await delivery.flush();
    put(events[1] ?? '');
    await delivery.flush();
    expect(failures('processing-failed/')).toEqual([
      expect.objectContaining({ attemptsMade: 4, rawData: Buffer.from(events[0] ?? '').toString('base64') }),
    ]);
    expect(idsOf(await rows())).toEqual([readClick(events[1] ?? '')?.id]);
    await delivery.stop();
  });

  it('asks a transform that failed three times once more, and loses nothing', async () => {
    const { put, start, rows, failures } = world();
    put(...newEvents(3).map(encodeClickEvent));
    let calls = 0;
    const delivery = start((name, event) => {
      calls += 1;
      return calls <= 3 ? Promise.reject(new Error('throttled')) : reallyTransform(name, event);
    });
    await delivery.flush();
    expect([(await rows()).length, failures('processing-failed/').length]).toEqual([3, 0]);
    await delivery.stop();
  });

  it('files a row that does not fit the table as the row it was', async () => {
    const { put, start, failures, rows } = world();
    const click = readClick(encodeClickEvent(aClickEvent()));
    const line = click === null ? '' : encodeClickRow(click).replace('"bot":false', '"bot":"no"');
    put('anything');
    const delivery = start(async (_name, event) => ({
      records: (event as { records: { recordId: string }[] }).records.map(({ recordId }) => ({
        recordId,
        result: 'Ok',
        data: Buffer.from(line).toString('base64'),
      })),
    }));
    await delivery.flush();
    expect(failures('format-conversion-failed/')).toEqual([
      expect.objectContaining({
        lastErrorMessage: 'Error: bot is no boolean',
        rawData: Buffer.from(line).toString('base64'),
      }),
    ]);
    expect(await rows()).toEqual([]);
    await delivery.stop();
  });

  it('writes what it could not write once the bucket is back', async () => {
    const { put, start, rows, bucket, lines } = world();
    bucket.refuses = 1;
    const events = newEvents(4);
    put(...events.map(encodeClickEvent));
    const delivery = start();
    await delivery.flush();
    expect(idsOf(await rows())).toEqual(events.map(({ id }) => id).sort());
    expect(lines).toEqual([expect.stringContaining('the bucket is away')]);
    await delivery.stop();
  });

  it('reads again after a restart what it had read and not written, and nothing that it had', async () => {
    const { put, start, rows } = world();
    const events = newEvents(4);
    put(...events.slice(0, 2).map(encodeClickEvent));
    const first = start();
    await first.flush();
    put(...events.slice(2).map(encodeClickEvent));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await first.stop();
    expect(await rows()).toHaveLength(2);
    const second = start();
    await second.flush();
    expect(idsOf(await rows())).toEqual(events.map(({ id }) => id).sort());
    await second.stop();
  });

  it('files nothing because it is stopped while the transform fails', async () => {
    const { put, start, objects } = world();
    put(...newEvents(1).map(encodeClickEvent));
    const delivery = start(() => Promise.reject(new Error('the host is closing')));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await delivery.stop();
    expect([...objects.keys()]).toEqual([]);
  });
});
