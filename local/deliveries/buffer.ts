import type { KinesisRecord } from '../engines/kinesis.ts';
import type { TableRow } from './table-row.ts';
import type { FailedRecord, Transformed } from './transform.ts';

/** What was read of a shard and is not in the bucket yet. */
export type Buffered = {
  readonly rows: readonly TableRow[];
  readonly failures: readonly FailedRecord[];
  /** Of the records as they came. */
  readonly sizeBytes: number;
  readonly oldestArrivedAtMs: number;
  /** When the first of it was read. */
  readonly sinceMs: number;
  readonly lastSequenceNumber: string;
};

/** The buffer, or a new one, with a batch more. The batch has at least one record. */
export function withBatch(
  buffered: Buffered | null,
  records: readonly KinesisRecord[],
  { rows, failures }: Transformed,
  nowMs: number,
): Buffered {
  const oldest = records.reduce((least, { arrivedAtMs }) => Math.min(least, arrivedAtMs), Infinity);
  return {
    rows: [...(buffered?.rows ?? []), ...rows],
    failures: [...(buffered?.failures ?? []), ...failures],
    sizeBytes: records.reduce((sum, { data }) => sum + data.length, buffered?.sizeBytes ?? 0),
    oldestArrivedAtMs: Math.min(buffered?.oldestArrivedAtMs ?? Infinity, oldest),
    sinceMs: buffered?.sinceMs ?? nowMs,
    lastSequenceNumber: records.at(-1)?.sequenceNumber ?? buffered?.lastSequenceNumber ?? '',
  };
}

/** As many records from the front as the transform takes at once; at least one where there is one. */
export function batchOf(records: readonly KinesisRecord[], limitBytes: number): readonly KinesisRecord[] {
  let sizeBytes = 0;
  const end = records.findIndex(({ data }, index) => {
    sizeBytes += data.length;
    return index > 0 && sizeBytes > limitBytes;
  });
  return end === -1 ? records : records.slice(0, end);
}
