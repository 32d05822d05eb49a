import * as z from 'zod/mini';
import { PLANS, type PlanName } from '../core/accounts/plan.ts';
import type { Batch, BatchId, BatchOrder, BatchState } from '../core/batches/batch.ts';
import {
  BATCH_FAILURES,
  BATCH_PHASES,
  expiresAtMs,
  isSettled,
  ON_FAILURE,
  ROW_FORMATS,
} from '../core/batches/batch.ts';
import type { Item } from './items-of.ts';
import { BATCH_JOB_PREFIX, batchJobKey, jobsPartition, UNSETTLED_BATCH } from './table.ts';

/** Read as a whole, and never asked for in parts. */
export const orderJson = (order: BatchOrder): string => JSON.stringify(order);

export const toBatchItem = (batch: Batch) => ({
  ...batchJobKey(batch.workspaceId, batch.id),
  order_json: orderJson(batch.order),
  seed: batch.seed,
  run: batch.run,
  created_at_ms: batch.createdAtMs,
  ttl_s: Math.ceil(expiresAtMs(batch) / 1_000),
  total: batch.progress.total,
  done: batch.progress.done,
  failed: batch.progress.failed,
  run_links: batch.runLinks,
  cleanup: batch.cleanup,
  ...stateMembers(batch.state),
  ...(isSettled(batch) ? {} : { unsettled: UNSETTLED_BATCH }),
});

/** Whose batch it is, told by the item's key alone. */
export const batchIdOf = ({ pk, sk }: Item): BatchId => ({
  id: String(sk).slice(BATCH_JOB_PREFIX.length),
  workspaceId: String(pk).slice(jobsPartition('').length),
});

/** The attributes that a state has, by name; another state's are left as they were. */
export function stateMembers(state: BatchState): Readonly<Record<string, string | number>> {
  switch (state.status) {
    case 'queued':
      return { status: state.status };
    case 'running':
      return { status: state.status, phase: state.phase, started_at_ms: state.startedAtMs };
    case 'succeeded':
    case 'succeeded_with_errors':
      return {
        status: state.status,
        started_at_ms: state.startedAtMs,
        ended_at_ms: state.endedAtMs,
        bytes: state.bytes,
      };
    case 'failed':
      return { status: state.status, ended_at_ms: state.endedAtMs, failure: state.failure };
    case 'cancelled':
      return { status: state.status, ended_at_ms: state.endedAtMs };
  }
}

const ms = z.int();
const count = z.int();

const state = z.discriminatedUnion('status', [
  z.object({ status: z.literal('queued') }),
  z.object({ status: z.literal('running'), phase: z.enum(BATCH_PHASES), started_at_ms: ms }),
  z.object({
    status: z.enum(['succeeded', 'succeeded_with_errors']),
    started_at_ms: ms,
    ended_at_ms: ms,
    bytes: count,
  }),
  z.object({ status: z.literal('failed'), ended_at_ms: ms, failure: z.enum(BATCH_FAILURES) }),
  z.object({ status: z.literal('cancelled'), ended_at_ms: ms }),
]);

/** The look was checked when it was ordered, and is only handed on. */
const order = z.object({
  input: z.object({ key: z.string(), format: z.enum(ROW_FORMATS) }),
  look: z.custom<BatchOrder['look']>((look) => typeof look === 'object' && look !== null),
  force: z.boolean(),
  onFailure: z.enum(ON_FAILURE),
  plan: z.enum(Object.keys(PLANS) as [PlanName, ...PlanName[]]),
  // Orders of before it was asked were taken with their links.
  mayMakeLinks: z._default(z.boolean(), true),
});

const item = z.object({
  pk: z.string(),
  sk: z.string(),
  order_json: z.string(),
  seed: z.string(),
  run: count,
  created_at_ms: ms,
  total: z.nullable(count),
  done: count,
  failed: count,
  run_links: count,
  quota_taken: z.optional(count),
  quota_reset_at_ms: z.optional(ms),
  cleanup: z.enum(['none', 'pending', 'done']),
});

/** Throws on an item that `toBatchItem` did not make. */
export function fromBatchItem(found: Item): Batch {
  const read = item.parse(found);
  const { quota_taken: taken, quota_reset_at_ms: resetAtMs } = read;
  return {
    ...batchIdOf(found),
    order: order.parse(JSON.parse(read.order_json)),
    seed: read.seed,
    run: read.run,
    createdAtMs: read.created_at_ms,
    state: stateOf(state.parse(found)),
    progress: { total: read.total, done: read.done, failed: read.failed },
    runLinks: read.run_links,
    quota: taken === undefined || resetAtMs === undefined ? null : { taken, resetAtMs },
    cleanup: read.cleanup,
  };
}

function stateOf(found: z.infer<typeof state>): BatchState {
  switch (found.status) {
    case 'queued':
      return { status: found.status };
    case 'running':
      return { status: found.status, phase: found.phase, startedAtMs: found.started_at_ms };
    case 'succeeded':
    case 'succeeded_with_errors':
      return {
        status: found.status,
        startedAtMs: found.started_at_ms,
        endedAtMs: found.ended_at_ms,
        bytes: found.bytes,
      };
    case 'failed':
      return { status: found.status, endedAtMs: found.ended_at_ms, failure: found.failure };
    case 'cancelled':
      return { status: found.status, endedAtMs: found.ended_at_ms };
  }
}
