import type { EventSourcePlan } from '../cloud/event-sources.ts';
import type { GivenUp } from './failed-records.ts';
import type { SourceRecord } from './source.ts';

export type DeliveryDeps = {
  /** Hands records to the function; rejects when it fails. */
  invoke(records: readonly SourceRecord[]): Promise<unknown>;
  /** Called once for records that were given up on, before the checkpoint moves past them. */
  giveUp(given: Pick<GivenUp, 'records' | 'condition' | 'invokeCount' | 'error'>): Promise<void>;
  /** Everything up to here is done with; called in rising order. */
  checkpoint(sequenceNumber: string): void;
  sleep(delayMs: number, signal: AbortSignal): Promise<void>;
  nowMs(): number;
};

type Rules = Pick<EventSourcePlan, 'maxRetries' | 'maxRecordAgeS' | 'bisectsOnError' | 'reportsItemFailures'>;
type Piece = { readonly records: readonly SourceRecord[]; readonly retries: number };

const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 5_000;

/**
 * Hands one batch over until every record of it is done with or given up on, in order. Halving a failed batch does not
 * count as a retry; after a partial answer only what is left is tried again, from the lowest failed record on.
 */
export async function deliver(
  batch: readonly SourceRecord[],
  rules: Rules,
  deps: DeliveryDeps,
  signal: AbortSignal,
): Promise<void> {
  /** What is still to do, the next piece last. */
  const pieces: Piece[] = [{ records: batch, retries: 0 }];
  while (!signal.aborted) {
    const piece = pieces.pop();
    if (piece === undefined) return;
    const records = await giveUpExpired(piece, rules, deps);
    if (records.length === 0) continue;

    const { doneCount, error } = await attempt(records, rules, deps);
    if (signal.aborted) return;
    const lastDone = records[doneCount - 1];
    if (lastDone !== undefined) deps.checkpoint(lastDone.sequenceNumber);
    const left = records.slice(doneCount);
    if (left.length === 0) continue;

    const { retries } = piece;
    if (rules.bisectsOnError && doneCount === 0 && left.length > 1) {
      const middle = Math.ceil(left.length / 2);
      pieces.push({ records: left.slice(middle), retries }, { records: left.slice(0, middle), retries });
    } else if (rules.maxRetries !== null && retries >= rules.maxRetries) {
      await deps.giveUp({ records: left, condition: 'RetryAttemptsExhausted', invokeCount: retries + 1, error });
      checkpointPast(left, deps);
    } else {
      await deps.sleep(Math.min(FIRST_BACKOFF_MS * 2 ** retries, LONGEST_BACKOFF_MS), signal);
      pieces.push({ records: left, retries: retries + 1 });
    }
  }
}

async function giveUpExpired({ records, retries }: Piece, rules: Rules, deps: DeliveryDeps) {
  if (rules.maxRecordAgeS === null) return records;
  const oldestMs = deps.nowMs() - rules.maxRecordAgeS * 1000;
  const freshFrom = records.findIndex(({ arrivedAtMs }) => arrivedAtMs >= oldestMs);
  const expired = freshFrom === -1 ? records : records.slice(0, freshFrom);
  if (expired.length === 0) return records;
  await deps.giveUp({ records: expired, condition: 'RecordAgeExceeded', invokeCount: retries, error: null });
  checkpointPast(expired, deps);
  return records.slice(expired.length);
}

function checkpointPast(records: readonly SourceRecord[], deps: DeliveryDeps): void {
  const last = records.at(-1);
  if (last !== undefined) deps.checkpoint(last.sequenceNumber);
}

type Outcome = {
  /** Records from the front that need not come again. */ readonly doneCount: number;
  readonly error: Error | null;
};

async function attempt(records: readonly SourceRecord[], rules: Rules, deps: DeliveryDeps): Promise<Outcome> {
  try {
    const answer = await deps.invoke(records);
    return { doneCount: rules.reportsItemFailures ? doneCountOf(answer, records) : records.length, error: null };
  } catch (error) {
    return { doneCount: 0, error: error instanceof Error ? error : new Error(String(error)) };
  }
}

/**
 * Reads `{batchItemFailures: [{itemIdentifier}]}`. None, null or an empty list is full success; an identifier that is
 * empty or not of this batch means that the whole batch failed.
 */
function doneCountOf(answer: unknown, records: readonly SourceRecord[]): number {
  const failures = (answer as { batchItemFailures?: unknown } | null)?.batchItemFailures;
  if (failures === undefined || failures === null) return records.length;
  if (!Array.isArray(failures)) return 0;
  const positions = failures.map((failure: { itemIdentifier?: unknown } | null) =>
    records.findIndex(({ sequenceNumber }) => sequenceNumber === failure?.itemIdentifier),
  );
  return positions.includes(-1) ? 0 : Math.min(records.length, ...positions);
}
