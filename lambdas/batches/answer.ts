import type { Batch } from '../../core/batches/batch.ts';
import { canRetry, expiresAtMs } from '../../core/batches/batch.ts';
import { sentenceOf } from '../../core/batches/failure-sentence.ts';
import type { Downloads } from '../../core/batches/own-batches.ts';
import { etaSeconds } from '../../core/batches/progress.ts';
import type { BatchAnswer } from './schemas.ts';

const instant = (ms: number): string => new Date(ms).toISOString();

type Around = {
  readonly downloads: Downloads;
  /** `https://host` that the caller knows us by. */
  readonly origin: string;
  readonly nowMs: number;
};

/** A batch as customers see it. */
export function toAnswer(batch: Batch, { downloads, origin, nowMs }: Around): BatchAnswer {
  const { id, state, progress, order } = batch;
  return {
    batch_id: id,
    status: state.status,
    ...progress,
    eta_seconds: etaSeconds(batch, nowMs),
    reason: state.status === 'failed' ? { code: state.failure, message: sentenceOf(state.failure) } : null,
    format: order.look.format,
    on_failure: order.onFailure,
    events_url: `${origin}/v1/qr/batches/${id}/events`,
    download_url: downloads.zip?.url ?? null,
    errors_url: downloads.errors?.url ?? null,
    download_expires_at: firstEnd(downloads),
    bytes: 'bytes' in state ? state.bytes : null,
    run: batch.run,
    can_retry: canRetry(batch),
    created_at: instant(batch.createdAtMs),
    ended_at: 'endedAtMs' in state ? instant(state.endedAtMs) : null,
    expires_at: instant(expiresAtMs(batch)),
  };
}

function firstEnd({ zip, errors }: Downloads): string | null {
  const ends = [zip, errors].flatMap((download) => (download === null ? [] : [download.expiresAtMs]));
  return ends.length === 0 ? null : instant(Math.min(...ends));
}
