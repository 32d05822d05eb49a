import type { Download, DownloadedFile, SignDownload } from '../download.ts';
import { Failure } from '../errors.ts';
import type { Page } from '../links/link-store.ts';
import { couldBeId } from '../sortable-id.ts';
import type { Batch, BatchPowers } from './batch.ts';
import { canRetry, expiresAtMs, isOpen, MAX_OPEN_BATCHES } from './batch.ts';
import { errorsKey, zipKey } from './batch-files.ts';
import { withRoom } from './order-batch.ts';
import type { SettleDeps } from './settle-batch.ts';
import { ended, settled } from './settle-batch.ts';

/** The workspace's batch, as it stands. Throws BATCH_NOT_FOUND, also for another workspace's. */
export async function ownBatch(deps: SettleDeps, workspaceId: string, id: string): Promise<Batch> {
  const batch = couldBeId('bat', id) ? await deps.batches.find(workspaceId, id) : null;
  // DynamoDB removes what has expired when it comes to it.
  if (batch === null || expiresAtMs(batch) <= deps.nowMs()) throw new Failure('BATCH_NOT_FOUND');
  return settled(deps, batch);
}

/** Newest first. */
export async function ownBatches(
  deps: SettleDeps,
  workspaceId: string,
  limit: number,
  beforeId: string | null,
): Promise<Page<Batch>> {
  const { items, cursor } = await deps.batches.list(workspaceId, limit, beforeId);
  const kept = items.filter((batch) => expiresAtMs(batch) > deps.nowMs());
  return { items: await Promise.all(kept.map((batch) => settled(deps, batch))), cursor };
}

/**
 * Ends an open batch as cancelled. What was made stays, unless it is to be rolled back; rows that are being made are taken
 * back. What has ended stays as it ended. Throws BATCH_NOT_FOUND.
 */
export async function cancelBatch(deps: SettleDeps, workspaceId: string, id: string): Promise<Batch> {
  const batch = await ownBatch(deps, workspaceId, id);
  const now = isOpen(batch.state) ? await ended(deps, batch, { status: 'cancelled', endedAtMs: deps.nowMs() }) : batch;
  if (now.state.status !== 'cancelled') return now;
  // Once more where the one who cancelled was cut off in between.
  await deps.runs.stop(now);
  if (now.cleanup === 'pending') await deps.runs.startTidying(now);
  return now;
}

/**
 * Makes the rows that failed once more, in a run of their own, with the powers of whoever asks for it. Throws BATCH_NOT_FOUND,
 * BATCH_NOT_RETRYABLE, LIMIT_REACHED.
 */
export async function retryBatch(
  deps: SettleDeps,
  workspaceId: string,
  id: string,
  powers: BatchPowers,
): Promise<Batch> {
  const batch = await ownBatch(deps, workspaceId, id);
  if (!canRetry(batch)) throw new Failure('BATCH_NOT_RETRYABLE');
  const asked = { ...batch, order: { ...batch.order, ...powers } };
  const outcome = await withRoom(deps, workspaceId, () => deps.batches.retry(asked, MAX_OPEN_BATCHES));
  // Somebody else was first.
  if (outcome === 'changed') throw new Failure('BATCH_NOT_RETRYABLE');
  const next = (await deps.batches.find(workspaceId, id)) ?? batch;
  await deps.runs.start(next);
  return next;
}

export type Downloads = { readonly zip: Download | null; readonly errors: Download | null };
export const NO_DOWNLOADS: Downloads = { zip: null, errors: null };

/** Where the batch's files can be had, and until when; null where there is none. */
export async function downloadsOf(signDownload: SignDownload, batch: Batch): Promise<Downloads> {
  const signed = (file: DownloadedFile | null) => (file === null ? null : signDownload(file, expiresAtMs(batch)));
  return { zip: await signed(zipOf(batch)), errors: await signed(errorsOf(batch)) };
}

const zipOf = (batch: Batch): DownloadedFile | null =>
  batch.state.status === 'succeeded' || batch.state.status === 'succeeded_with_errors'
    ? { key: zipKey(batch), fileName: `${batch.id}.zip`, contentType: 'application/zip' }
    : null;

/** A batch that failed for its rows says which; an upload that cannot be read says where. */
function errorsOf(batch: Batch): DownloadedFile | null {
  const { state } = batch;
  const isTold =
    state.status === 'succeeded_with_errors' ||
    (state.status === 'failed' && ['rolled_back', 'unreadable'].includes(state.failure));
  return isTold ? { key: errorsKey(batch), fileName: `${batch.id}-errors.csv`, contentType: 'text/csv' } : null;
}
