import { setTimeout as sleep } from 'node:timers/promises';
import { parquetFile } from '../../adapters/parquet-file.ts';
import type { DeliveryStreamPlan } from '../cloud/delivery-streams.ts';
import type { KinesisEngine } from '../engines/kinesis.ts';
import type { S3Engine } from '../engines/s3.ts';
import type { Checkpoints } from '../pumps/checkpoints.ts';
import { type Buffered, batchOf, withBatch } from './buffer.ts';
import { failureLines } from './failure-lines.ts';
import { objectKey } from './object-key.ts';
import { type ErrorType, transform } from './transform.ts';

/** Brings the records of one shard into the bucket. */
export type ShardDelivery = {
  /** Resolves when everything that was on the shard at the time of this call is in the bucket. */
  flush(): Promise<void>;
  /** Resolves when it stands still. What was read and not written yet is read again after the next start. */
  stop(): Promise<void>;
};

export type ShardDeliveryOptions = {
  readonly plan: DeliveryStreamPlan;
  readonly shardId: string;
  readonly kinesis: Pick<KinesisEngine, 'read' | 'waitForRecords'>;
  readonly s3: Pick<S3Engine, 'put'>;
  readonly checkpoints: Checkpoints;
  readonly longestBufferMs: number;
  readonly invoke: (functionName: string, event: unknown) => Promise<unknown>;
  log(line: string): void;
};

const READ_LIMIT = 2_000;
const AFTER_ERROR_MS = 500;
const ERROR_TYPES: readonly ErrorType[] = ['processing-failed', 'format-conversion-failed'];

/**
 * Reads from where the checkpoint stands, from the oldest record without one. The checkpoint moves when rows and failures are
 * on disk, so a crash at any moment writes some of them again and loses none.
 */
export function startShardDelivery(options: ShardDeliveryOptions): ShardDelivery {
  const { plan, shardId, kinesis, s3, checkpoints, longestBufferMs } = options;
  const checkpointName = `${plan.name}/${shardId}`;
  const stopping = new AbortController();
  const { signal } = stopping;
  let position = checkpoints.get(checkpointName);
  let buffered: Buffered | null = null;
  let nudge = new AbortController();
  let flushing: (() => void)[] = [];

  async function deliver({ rows, failures, oldestArrivedAtMs, lastSequenceNumber }: Buffered): Promise<void> {
    const facts = { deliveryStream: plan.name, arrivedAtMs: oldestArrivedAtMs };
    if (rows.length > 0) {
      await s3.put(
        plan.bucketName,
        objectKey(plan.prefix, { ...facts, errorType: null }),
        parquetFile(rows, plan.columns),
      );
    }
    for (const errorType of ERROR_TYPES) {
      const ofType = failures.filter((failure) => failure.errorType === errorType);
      if (ofType.length === 0) continue;
      const key = objectKey(plan.errorPrefix, { ...facts, errorType });
      await s3.put(plan.bucketName, key, failureLines(ofType, plan.transform.functionArn, Date.now()));
      options.log(
        `${checkpointName}: ${ofType.length} record(s) did not become rows, kept as ${plan.bucketName}/${key}`,
      );
    }
    checkpoints.set(checkpointName, lastSequenceNumber);
    await checkpoints.flush();
    buffered = null;
  }

  const isDue = ({ sizeBytes, sinceMs }: Buffered): boolean =>
    flushing.length > 0 || sizeBytes >= plan.bufferBytes || Date.now() - sinceMs >= longestBufferMs;

  async function waitForMore(): Promise<void> {
    nudge = new AbortController();
    if (flushing.length > 0 || signal.aborted) return;
    const deadlineMs = buffered === null ? null : Math.max(0, buffered.sinceMs + longestBufferMs - Date.now());
    const timer = deadlineMs === null ? null : setTimeout(() => nudge.abort(), deadlineMs);
    await kinesis.waitForRecords(plan.sourceName, shardId, position, nudge.signal);
    if (timer !== null) clearTimeout(timer);
  }

  async function turn(): Promise<void> {
    const asked = flushing;
    const records = batchOf(kinesis.read(plan.sourceName, shardId, position, READ_LIMIT), plan.transform.bufferBytes);
    if (records.length > 0) {
      const transformed = await transform(records, plan, { invoke: options.invoke, signal });
      buffered = withBatch(buffered, records, transformed, Date.now());
      position = buffered.lastSequenceNumber;
      if (isDue(buffered) && flushing.length === 0) await deliver(buffered);
      return;
    }
    if (buffered !== null && isDue(buffered)) await deliver(buffered);
    if (buffered === null) {
      flushing = flushing.filter((resolve) => !asked.includes(resolve));
      for (const resolve of asked) resolve();
    }
    await waitForMore();
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        await turn();
      } catch (error) {
        if (signal.aborted) return;
        options.log(`${checkpointName}: ${String(error)}`);
        await sleep(AFTER_ERROR_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  const running = run();
  return {
    flush: () =>
      new Promise((resolve) => {
        flushing = [...flushing, resolve];
        nudge.abort();
      }),
    async stop() {
      stopping.abort();
      nudge.abort();
      await running;
      for (const resolve of flushing) resolve();
    },
  };
}
