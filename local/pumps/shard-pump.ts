import { setTimeout as sleep } from 'node:timers/promises';
import { passes } from '../cloud/event-pattern.ts';
import type { EventSourcePlan } from '../cloud/event-sources.ts';
import type { Checkpoints } from './checkpoints.ts';
import { deliver } from './delivery.ts';
import type { GivenUp } from './failed-records.ts';
import type { RecordSource, SourceRecord } from './source.ts';

/** Reads one shard for one mapping and hands it over, batch after batch. */
export type ShardPump = {
  /** Resolves when a read that began after this call found nothing. */
  empty(): Promise<void>;
  /** Records handed over or filtered out so far. */
  passedOn(): number;
  /** How long the oldest record in hand has been waiting, in milliseconds; 0 when there is none. */
  lagMs(): number;
  /** Resolves when the pump stands still; the batch in flight is waited for, not its retries. */
  stop(): Promise<void>;
};

export type ShardPumpOptions = {
  readonly mapping: EventSourcePlan;
  readonly source: RecordSource;
  readonly checkpoints: Checkpoints;
  invoke(functionName: string, event: unknown): Promise<unknown>;
  giveUp(given: GivenUp): Promise<void>;
  log(line: string): void;
};

const AFTER_READ_ERROR_MS = 500;

export function startShardPump({ mapping, source, checkpoints, ...options }: ShardPumpOptions): ShardPump {
  const stopping = new AbortController();
  const checkpointName = `${mapping.name}/${source.shardId}`;
  let cursor = checkpoints.get(checkpointName);
  let passedOn = 0;
  let oldestInHandMs: number | null = null;
  let nudge = new AbortController();
  let waitingForEmpty: (() => void)[] = [];

  const deps = {
    invoke: (records: readonly SourceRecord[]) =>
      options.invoke(mapping.functionName, { Records: records.map(({ record }) => record) }),
    giveUp: async (given: Pick<GivenUp, 'records' | 'condition' | 'invokeCount' | 'error'>) =>
      options.giveUp({ mapping, shardId: source.shardId, ...given }),
    checkpoint: moveTo,
    sleep: sleepUnlessAborted,
    nowMs: Date.now,
  };

  function moveTo(sequenceNumber: string): void {
    cursor = sequenceNumber;
    checkpoints.set(checkpointName, sequenceNumber);
  }

  /** New mappings that start at the end pass over what is there when they are made. */
  async function skipToEnd(): Promise<void> {
    for (;;) {
      const records = await source.read(cursor, mapping.batchSize);
      const last = records.at(-1);
      if (last === undefined) return;
      moveTo(last.sequenceNumber);
    }
  }

  async function fillBatch(): Promise<readonly SourceRecord[]> {
    const records = await source.read(cursor, mapping.batchSize);
    if (records.length === 0 || records.length >= mapping.batchSize || mapping.windowS === 0) return records;
    await sleepUnlessAborted(mapping.windowS * 1000, stopping.signal);
    return source.read(cursor, mapping.batchSize);
  }

  async function handOver(records: readonly SourceRecord[]): Promise<void> {
    oldestInHandMs = records[0]?.arrivedAtMs ?? null;
    const { filters } = mapping;
    const wanted = records.filter(
      (record) => filters.length === 0 || filters.some((filter) => passes(filter, record.filterable())),
    );
    await deliver(wanted, mapping, deps, stopping.signal);
    if (stopping.signal.aborted) return;
    const last = records.at(-1);
    if (last !== undefined && last.sequenceNumber !== cursor) moveTo(last.sequenceNumber);
    passedOn += records.length;
    oldestInHandMs = null;
  }

  async function waitForMore(): Promise<void> {
    nudge = new AbortController();
    if (waitingForEmpty.length > 0 || stopping.signal.aborted) return;
    await source.wait(cursor, nudge.signal);
  }

  /** Lambda polls a shard now and then, not all the time: what comes in between makes one batch. */
  async function pace(nextReadMs: number): Promise<void> {
    nudge = new AbortController();
    if (waitingForEmpty.length > 0 || stopping.signal.aborted) return;
    await sleepUnlessAborted(Math.max(0, nextReadMs - performance.now()), nudge.signal);
  }

  async function turn(): Promise<void> {
    const waiting = waitingForEmpty;
    waitingForEmpty = [];
    const readAtMs = performance.now();
    const records = await fillBatch();
    if (records.length > 0) {
      waitingForEmpty.push(...waiting);
      await handOver(records);
      if (records.length < mapping.batchSize) await pace(readAtMs + source.pollIntervalMs);
    } else {
      for (const resolve of waiting) resolve();
      await waitForMore();
    }
  }

  async function run(): Promise<void> {
    if (cursor === null && mapping.startingPosition === 'LATEST') await skipToEnd();
    while (!stopping.signal.aborted) {
      try {
        await turn();
      } catch (error) {
        if (stopping.signal.aborted) return;
        options.log(`${checkpointName}: ${String(error)}`);
        await sleepUnlessAborted(AFTER_READ_ERROR_MS, stopping.signal);
      }
    }
  }

  const running = run();
  return {
    empty: () =>
      new Promise((resolve) => {
        waitingForEmpty.push(resolve);
        nudge.abort();
      }),
    passedOn: () => passedOn,
    lagMs: () => (oldestInHandMs === null ? 0 : Math.max(0, Date.now() - oldestInHandMs)),
    async stop() {
      stopping.abort();
      nudge.abort();
      await running;
      for (const resolve of waitingForEmpty) resolve();
    },
  };
}

async function sleepUnlessAborted(delayMs: number, signal: AbortSignal): Promise<void> {
  await sleep(delayMs, undefined, { signal }).catch(() => undefined);
}
