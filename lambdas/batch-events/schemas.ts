import * as z from 'zod/mini';
import type { Batch } from '../../core/batches/batch.ts';
import { BATCH_STATUSES } from '../../core/batches/batch.ts';
import { etaSeconds } from '../../core/batches/progress.ts';

/** Data of a `progress` event, and of `done`, behind which nothing comes. */
export const progressData = z.strictObject({
  status: z.enum(BATCH_STATUSES),
  /** Null until the rows of an upload have been counted. */
  total: z.nullable(z.int()),
  done: z.int(),
  failed: z.int(),
  eta_seconds: z.nullable(z.int()),
});

export const progressDataOf = (batch: Batch, nowMs: number): z.infer<typeof progressData> => ({
  status: batch.state.status,
  ...batch.progress,
  eta_seconds: etaSeconds(batch, nowMs),
});
