/** Where Lambda puts batches in a bucket for failures: `aws/lambda/<mapping>/<shard>/2026/03/12/<time>-<uuid>`. */
export const FILED_BATCHES_PREFIX = 'aws/lambda/';

/** Which part of a stream a batch is. Times are ISO 8601. */
type BatchInfo = {
  readonly shardId: string;
  readonly startSequenceNumber: string;
  readonly endSequenceNumber: string;
  readonly approximateArrivalOfFirstRecord: string;
  readonly approximateArrivalOfLastRecord: string;
  readonly batchSize: number;
  readonly streamArn: string;
};

/**
 * A batch that was given up on, as Lambda writes it into a bucket: what it tells a queue as well, and in `payload` the whole event,
 * as a text of JSON. Source: *Retain discarded batch records for a Kinesis Data Streams event source*, AWS Lambda developer guide.
 */
export type FiledBatch = {
  readonly requestContext: {
    readonly requestId: string;
    readonly functionArn: string;
    readonly condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded';
    readonly approximateInvokeCount: number;
  };
  /** Null where the function was not asked. */
  readonly responseContext: {
    readonly statusCode: 200;
    readonly executedVersion: '$LATEST';
    /** Null where it answered, and refused records. */
    readonly functionError: 'Unhandled' | null;
  } | null;
  readonly version: '1.0';
  readonly timestamp: string;
  readonly KinesisBatchInfo?: BatchInfo;
  readonly DDBStreamBatchInfo?: BatchInfo;
  readonly payload: string;
};

/** As far as a replay looks into it; all else is kept as it is. */
export type ReadBatch = {
  readonly functionArn: string;
  readonly records: readonly unknown[];
  /** The same object, with these records only. */
  with(records: readonly unknown[]): string;
};

/** Null for what Lambda did not write. */
export function readFiledBatch(text: string): ReadBatch | null {
  try {
    const batch = JSON.parse(text) as FiledBatch;
    const event = JSON.parse(batch.payload) as { readonly Records: unknown };
    const { functionArn } = batch.requestContext;
    if (typeof functionArn !== 'string' || !Array.isArray(event.Records)) return null;
    return {
      functionArn,
      records: event.Records,
      with: (Records) => JSON.stringify({ ...batch, payload: JSON.stringify({ ...event, Records }) }),
    };
  } catch {
    return null;
  }
}
