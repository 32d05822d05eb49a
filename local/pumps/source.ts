/** One shard that a pump reads, Kinesis or DynamoDB alike. */
export type RecordSource = {
  readonly shardId: string;
  /** Pause between two reads that found less than a batch. AWS polls Kinesis once and table streams four times a second. */
  readonly pollIntervalMs: number;
  /** Up to `limit` records behind a sequence number, oldest first; from the oldest kept where it is null. */
  read(afterSequenceNumber: string | null, limit: number): Promise<readonly SourceRecord[]>;
  /** Resolves when there may be more to read, or on abort. */
  wait(afterSequenceNumber: string | null, signal: AbortSignal): Promise<void>;
};

export type SourceRecord = {
  readonly sequenceNumber: string;
  readonly arrivedAtMs: number;
  /** The record as the function gets it. */
  readonly record: object;
  /** What filter patterns look at: a Kinesis record's data is decoded and parsed for them. */
  filterable(): unknown;
};
