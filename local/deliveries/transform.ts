import { setTimeout as sleep } from 'node:timers/promises';
import { REGION } from '../cloud/account.ts';
import type { DeliveryStreamPlan } from '../cloud/delivery-streams.ts';
import type { KinesisRecord } from '../engines/kinesis.ts';
import { type TableRow, tableRow } from './table-row.ts';

export type ErrorType = 'processing-failed' | 'format-conversion-failed';

/** A record that is no row, as Firehose files it. */
export type FailedRecord = {
  readonly errorType: ErrorType;
  readonly arrivedAtMs: number;
  readonly attempts: number;
  readonly code: string;
  readonly message: string;
  /** What came, before the transform or, where that succeeded, after it. */
  readonly raw: Buffer;
};

export type Transformed = { readonly rows: readonly TableRow[]; readonly failures: readonly FailedRecord[] };

export type TransformDeps = {
  readonly invoke: (functionName: string, event: unknown) => Promise<unknown>;
  readonly signal: AbortSignal;
};

const FIRST_PAUSE_MS = 100;

/**
 * Has rows made of a batch. A function that fails is asked again as often as the template says; then the whole batch fails,
 * and goes on. Throws only when the delivery is stopped.
 */
export async function transform(
  records: readonly KinesisRecord[],
  plan: DeliveryStreamPlan,
  deps: TransformDeps,
): Promise<Transformed> {
  const event = eventOf(records, plan);
  for (let attempts = 1; ; attempts += 1) {
    try {
      return judged(await deps.invoke(plan.transform.functionName, event), records, plan, attempts);
    } catch (error) {
      deps.signal.throwIfAborted();
      if (attempts > plan.transform.retries) {
        const failure = { attempts, code: 'Lambda.FunctionError', message: String(error) };
        return { rows: [], failures: records.map((record) => failed(record, 'processing-failed', failure)) };
      }
      await sleep(FIRST_PAUSE_MS * 2 ** attempts, undefined, { signal: deps.signal });
    }
  }
}

const eventOf = (records: readonly KinesisRecord[], { name, streamArn }: DeliveryStreamPlan) => ({
  invocationId: crypto.randomUUID(),
  deliveryStreamArn: name,
  sourceKinesisStreamArn: streamArn,
  region: REGION,
  records: records.map(({ sequenceNumber, partitionKey, data, arrivedAtMs }) => ({
    recordId: sequenceNumber,
    approximateArrivalTimestamp: arrivedAtMs,
    data: data.toString('base64'),
    kinesisRecordMetadata: {
      sequenceNumber,
      subsequenceNumber: 0,
      partitionKey,
      shardId: '',
      approximateArrivalTimestamp: arrivedAtMs,
    },
  })),
});

type Answered = { readonly result: string; readonly data: string };

function judged(
  answer: unknown,
  records: readonly KinesisRecord[],
  plan: DeliveryStreamPlan,
  attempts: number,
): Transformed {
  const answers = answersOf(answer);
  const rows: TableRow[] = [];
  const failures: FailedRecord[] = [];
  for (const record of records) {
    const answered = answers.get(record.sequenceNumber);
    if (answered === undefined) throw new Error('the transform left a record out');
    if (answered.result === 'Dropped') continue;
    if (answered.result !== 'Ok') {
      const failure = {
        attempts,
        code: 'Lambda.ProcessingFailedStatus',
        message: 'ProcessingFailed status set for record',
      };
      failures.push(failed(record, 'processing-failed', failure));
      continue;
    }
    const raw = Buffer.from(answered.data, 'base64');
    try {
      rows.push(tableRow(raw.toString(), plan.columns));
    } catch (error) {
      const failure = { attempts, code: 'DataFormatConversion.MalformedData', message: String(error) };
      failures.push({ ...failed(record, 'format-conversion-failed', failure), raw });
    }
  }
  return { rows, failures };
}

function answersOf(answer: unknown): ReadonlyMap<string, Answered> {
  const records = (answer as { records?: unknown } | null)?.records;
  if (!Array.isArray(records)) throw new Error('the transform answered no records');
  return new Map(
    records.map((record: { recordId?: unknown; result?: unknown; data?: unknown }) => [
      String(record.recordId),
      { result: String(record.result), data: typeof record.data === 'string' ? record.data : '' },
    ]),
  );
}

const failed = (
  { arrivedAtMs, data }: KinesisRecord,
  errorType: ErrorType,
  failure: Pick<FailedRecord, 'attempts' | 'code' | 'message'>,
): FailedRecord => ({ errorType, arrivedAtMs, raw: data, ...failure });
