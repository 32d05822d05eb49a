import { FILED_BATCHES_PREFIX, type ReadBatch, readFiledBatch } from '../pumps/filed-batch.ts';
import { NOTHING_REPLAYED, type ReplayDeps, type Replayed, together } from './filed-bucket.ts';

export type ReplayBatchesDeps = ReplayDeps & {
  /** Hands an event to a function and answers what it answered; rejects where it failed or was not reached. */
  readonly invoke: (functionArn: string, event: unknown) => Promise<unknown>;
};

/**
 * Hands every batch that Lambda gave up on to its function again. What the function takes is forgotten, what it refuses stays filed.
 * Functions know what they have done already, so a replay that is interrupted may be repeated, and two may run at once.
 */
export async function replayBatches({ bucket, invoke, tell }: ReplayBatchesDeps): Promise<Replayed> {
  let all = NOTHING_REPLAYED;
  for await (const key of bucket.list(FILED_BATCHES_PREFIX)) {
    const batch = readFiledBatch((await bucket.get(key)).toString());
    if (batch === null) tell(`${key}: no batch that Lambda filed`);
    all = together(
      all,
      batch === null ? { done: 0, left: 1 } : await replayObject({ bucket, invoke, tell }, key, batch),
    );
  }
  return all;
}

async function replayObject(
  { bucket, invoke, tell }: ReplayBatchesDeps,
  key: string,
  batch: ReadBatch,
): Promise<Replayed> {
  const { functionArn, records } = batch;
  const { left, because } = await handOver(records, (Records) => invoke(functionArn, { Records, replayed: true }));
  if (left.length === 0) await bucket.remove(key);
  else {
    tell(
      `${key}: ${left.length} of ${records.length} left, ${because ?? `refused by ${functionArn}, whose log says why`}`,
    );
    if (left.length < records.length) await bucket.put(key, Buffer.from(batch.with(left)));
  }
  return { done: records.length - left.length, left: left.length };
}

type HandedOver = {
  readonly left: readonly unknown[];
  /** Null where the function refused what is left. */
  readonly because: string | null;
};

/**
 * As Lambda understands an answer, all records before the first that it names are done. Those that it names stay, and what is behind
 * the first of them is handed over again without them, until it names none.
 */
async function handOver(
  records: readonly unknown[],
  invoke: (records: readonly unknown[]) => Promise<unknown>,
): Promise<HandedOver> {
  const refused = new Set<unknown>();
  let rest = records;
  try {
    while (rest.length > 0) {
      const named = namedIn(await invoke(rest), rest);
      for (const record of named) refused.add(record);
      const first = rest.findIndex((record) => named.has(record));
      rest = first === -1 ? [] : rest.slice(first + 1).filter((record) => !named.has(record));
    }
    return { left: records.filter((record) => refused.has(record)), because: null };
  } catch (error) {
    const waiting = new Set(rest);
    const left = records.filter((record) => refused.has(record) || waiting.has(record));
    return { left, because: error instanceof Error ? error.message : String(error) };
  }
}

/** Throws where the answer names what is not among the records: to Lambda the whole batch failed then. */
function namedIn(answer: unknown, records: readonly unknown[]): ReadonlySet<unknown> {
  const failures = (answer as { readonly batchItemFailures?: unknown } | null)?.batchItemFailures ?? [];
  if (!Array.isArray(failures)) throw new Error('the function answered something else than failures');
  const bySequence = new Map(records.map((record) => [sequenceNumberOf(record), record]));
  return new Set(
    failures.map((failure: { readonly itemIdentifier?: unknown } | null) => {
      const record = bySequence.get(failure?.itemIdentifier);
      if (record === undefined) throw new Error('the function named a record that it was not given');
      return record;
    }),
  );
}

/** Of a record of Kinesis, or of a table's stream. */
function sequenceNumberOf(record: unknown): unknown {
  const { kinesis, dynamodb } = record as {
    readonly kinesis?: { readonly sequenceNumber?: unknown };
    readonly dynamodb?: { readonly SequenceNumber?: unknown };
  };
  return kinesis?.sequenceNumber ?? dynamodb?.SequenceNumber;
}
