import type { Batch, BatchState } from './batch.ts';
import { isOpen, isSettled } from './batch.ts';
import type { BatchRuns, BatchStore } from './batch-store.ts';

export type SettleDeps = {
  readonly batches: BatchStore;
  readonly runs: BatchRuns;
  readonly nowMs: () => number;
};

/** Before a run has been at it for so long nobody asks how it is. */
const QUIET_MS = 5_000;
/** Step Functions may know of a run only a little after it began. */
const UNKNOWN_MS = 60_000;

/**
 * The batch as it stands, where a run may have ended without a word (its time was up, it was stopped by hand) or never have
 * begun (whoever ordered it was cut off in between): then it is started, or said to have failed, or tidied up. A run that ends by
 * itself says so first, so one that has ended while its batch is open died.
 */
export async function settle(deps: SettleDeps, batch: Batch): Promise<Batch> {
  const quietMs = deps.nowMs() - lastWordAtMs(batch);
  if (isSettled(batch) || quietMs < QUIET_MS) return batch;
  const run = await deps.runs.look(batch);
  if (run === 'running') return batch;
  if (!isOpen(batch.state)) {
    await deps.runs.startTidying(batch);
    return batch;
  }
  if (run === 'unknown' && batch.state.status === 'queued') {
    await deps.runs.start(batch);
    return batch;
  }
  if (run === 'unknown' && quietMs < UNKNOWN_MS) return batch;
  return ended(deps, batch, { status: 'failed', endedAtMs: deps.nowMs(), failure: 'internal' });
}

function lastWordAtMs({ state, createdAtMs }: Batch): number {
  if (state.status === 'queued') return createdAtMs;
  return state.status === 'running' ? state.startedAtMs : state.endedAtMs;
}

/** The same for who only reads: where Step Functions does not answer, the batch as it was; the clock comes by again. */
export async function settled(deps: SettleDeps, batch: Batch): Promise<Batch> {
  const [outcome] = await Promise.allSettled([settle(deps, batch)]);
  return outcome.status === 'fulfilled' ? outcome.value : batch;
}

/** Ends a batch that is open, and has tidied up what it leaves behind; one that has ended meanwhile stays as it ended. */
export async function ended(deps: SettleDeps, batch: Batch, state: BatchState): Promise<Batch> {
  await deps.batches.change(batch, state, { cleanup: true });
  const now = (await deps.batches.find(batch.workspaceId, batch.id)) ?? batch;
  if (now.cleanup === 'pending') await deps.runs.startTidying(now);
  return now;
}
