import type { Batch, BatchFailure, BatchState } from '../batches/batch.ts';
import { type EventOf, eventIdOf } from './domain-event.ts';

type Ended = Extract<BatchState, { readonly endedAtMs: number }>;

/** A run of a batch of QR codes has ended, however it did. A further run that ends is a further event. */
export type BatchCompleted = EventOf<
  'qr.batch_completed',
  1,
  {
    readonly batch_id: string;
    /** 1, and one more with each retry. */
    readonly run: number;
    readonly status: Ended['status'];
    /** Why it failed as a whole; null where it did not. */
    readonly reason: BatchFailure | null;
    /** Rows; null where it ended before they were counted. */
    readonly total: number | null;
    readonly done: number;
    readonly failed: number;
  }
>;

/** Null while it is open. */
export function batchCompleted({ id, workspaceId, run, state, progress }: Batch): BatchCompleted | null {
  if (!('endedAtMs' in state)) return null;
  const { endedAtMs, status } = state;
  return {
    id: eventIdOf('qr.batch_completed', `${id}/${run}`, endedAtMs),
    type: 'qr.batch_completed',
    version: 1,
    occurredAtMs: endedAtMs,
    workspaceId,
    data: { batch_id: id, run, status, reason: status === 'failed' ? state.failure : null, ...progress },
  };
}
