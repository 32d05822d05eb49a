import type { AuthenticateDeps } from '../../core/accounts/authenticate.ts';
import type { Batch } from '../../core/batches/batch.ts';
import { expiresAtMs, isOpen } from '../../core/batches/batch.ts';
import type { BatchStore } from '../../core/batches/batch-store.ts';
import { couldBeProgressId, progressId } from '../../core/batches/progress.ts';
import { Failure, validationFailed } from '../../core/errors.ts';
import { couldBeId } from '../../core/sortable-id.ts';
import type { OpenStream } from '../event-stream.ts';
import { callerOf } from '../http.ts';
import type { QuotaDeps } from '../quota.ts';
import { showQuota } from '../quota.ts';
import type { HttpRequest } from '../request.ts';
import type { EventSink } from '../server-sent-events.ts';
import { HEARTBEAT_MS } from '../server-sent-events.ts';
import { AUTHENTICATION_MS, every, stillMay } from '../still-may.ts';
import { progressDataOf } from './schemas.ts';

export type BatchEventsDeps = QuotaDeps & {
  readonly batches: Pick<BatchStore, 'find'>;
  /** The batch as it stands, where its run may have died (`core/batches/settle-batch.ts`). */
  readonly settled: (batch: Batch) => Promise<Batch>;
  /** Who may watch is asked again all the time. */
  readonly authenticate: AuthenticateDeps;
  readonly sleep: (delayMs: number) => Promise<unknown>;
};

/** Contract: an event at least each second. */
const PROGRESS_MS = 500;
/** Of a batch that does not move it is asked so often whether its run still lives. */
const UNMOVED_MS = 5_000;
/** A stream ends itself while there is time to say when to come back. */
const END_MS = 10_000;
const RECONNECT_AFTER_MS = 250;
/** Whoever may not watch any more is refused when they come back, so they need not hurry. */
const RECONNECT_AFTER_LOSS_MS = 5_000;
/** Behind `done` nothing comes; an `EventSource` that nobody closes asks again all the same. */
const RECONNECT_AFTER_DONE_MS = 3_600_000;

/**
 * `GET /v1/qr/batches/{batch_id}/events`: how far a batch is. Each event tells all that those before it told, so whoever comes back
 * has missed nothing.
 */
export const openBatchEvents =
  (deps: BatchEventsDeps): OpenStream =>
  async (request, event, answerHeaders) => {
    const caller = callerOf(request);
    const { workspaceId } = caller;
    await Promise.allSettled([showQuota(deps, caller, answerHeaders)]);
    requireKnownPosition(request);
    const id = batchIdOf(request);
    const first = await find(deps, workspaceId, id);
    if (first === null) throw new Failure('BATCH_NOT_FOUND');
    const mayStill = stillMay(deps.authenticate, event, workspaceId, 'qr:read');
    return async (sink, { getRemainingTimeInMillis }) => {
      const isTimeForHeartbeat = every(HEARTBEAT_MS, deps.nowMs);
      const isTimeToAsk = every(AUTHENTICATION_MS, deps.nowMs);
      let isTimeToSettle = every(UNMOVED_MS, deps.nowMs);
      let batch = first;
      while (!sink.isGone() && getRemainingTimeInMillis() > END_MS) {
        await tell(sink, batch, deps.nowMs());
        if (!isOpen(batch.state)) return { reconnectAfterMs: RECONNECT_AFTER_DONE_MS };
        if (isTimeForHeartbeat()) await sink.heartbeat(progressId(batch));
        await deps.sleep(PROGRESS_MS);
        if (isTimeToAsk() && !(await mayStill())) return { reconnectAfterMs: RECONNECT_AFTER_LOSS_MS };
        const next = await find(deps, workspaceId, id);
        if (next === null) return { reconnectAfterMs: RECONNECT_AFTER_LOSS_MS };
        if (progressId(next) !== progressId(batch)) isTimeToSettle = every(UNMOVED_MS, deps.nowMs);
        batch = isTimeToSettle() ? await deps.settled(next) : next;
      }
      return { reconnectAfterMs: RECONNECT_AFTER_MS };
    };
  };

const tell = (sink: EventSink, batch: Batch, nowMs: number): Promise<void> =>
  sink.send({
    event: isOpen(batch.state) ? 'progress' : 'done',
    id: progressId(batch),
    data: progressDataOf(batch, nowMs),
  });

async function find({ batches, nowMs }: BatchEventsDeps, workspaceId: string, id: string): Promise<Batch | null> {
  const batch = couldBeId('bat', id) ? await batches.find(workspaceId, id) : null;
  return batch === null || expiresAtMs(batch) <= nowMs() ? null : batch;
}

/** In the query of `GET /qr/batch-progress`, which may leave it out. */
function batchIdOf({ params }: HttpRequest): string {
  const id = params['batch_id'] ?? '';
  if (id === '') throw validationFailed([{ path: 'batch_id', code: 'required', message: 'Is required.' }]);
  return id;
}

/** Throws VALIDATION_FAILED for an id that is of no stream of ours. */
function requireKnownPosition({ headers }: HttpRequest): void {
  const id = headers['last-event-id'];
  if (id === undefined || id === '' || couldBeProgressId(id)) return;
  const message = 'Must be the id of an event of this stream.';
  throw validationFailed([{ path: 'Last-Event-ID', code: 'invalid_event_id', message }]);
}
