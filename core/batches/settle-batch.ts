import type { Batch, BatchState } from './batch.ts';
import { isOpen } from './batch.ts';
import type { BatchRuns, BatchStore } from './batch-store.ts';

export type SettleDeps = {
  readonly batches: BatchStore;
  readonly runs: BatchRuns;
  readonly nowMs: () => number;
};

/** A run says that it has begun within seconds, and that it has ended as it ends: after so long it is asked for. */
const QUIET_MS = 60_000;

/**
 * The batch as it stands, where a run may have ended without a word (its time was up, it was stopped by hand) or never have
 * begun (whoever ordered it was cut off in between): then it is started, or said to have failed. So no batch is open for
 * ever that somebody asks for.
 */
export async function settled(deps: SettleDeps, batch: Batch): Promise<Batch> {
  const { state, createdAtMs } = batch;
  if (!isOpen(state)) return batch;
  const since = state.status === 'running' ? state.startedAtMs : createdAtMs;
  if (deps.nowMs() - since < QUIET_MS) return batch;
  const run = await deps.runs.look(batch);
  if (run === 'running') return batch;
  if (run === 'unknown' && state.status === 'queued') {
    await deps.runs.start(batch);
    return batch;
  }
  return ended(deps, batch, { status: 'failed', endedAtMs: deps.nowMs(), failure: 'internal' });
}

/** Ends a batch that is open, and has tidied up what it leaves behind; one that has ended meanwhile stays as it ended. */
export async function ended(deps: SettleDeps, batch: Batch, state: BatchState): Promise<Batch> {
  await deps.batches.change(batch, state, { cleanup: true });
  const now = (await deps.batches.find(batch.workspaceId, batch.id)) ?? batch;
  if (now.cleanup === 'pending') await deps.runs.startTidying(now);
  return now;
}
