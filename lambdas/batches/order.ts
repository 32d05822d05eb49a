import type * as z from 'zod/mini';
import type { Caller } from '../../core/accounts/caller.ts';
import type { Batch, BatchInput, BatchPowers } from '../../core/batches/batch.ts';
import type { CheckDeps, RawRow } from '../../core/batches/check-row.ts';
import type { DryRun } from '../../core/batches/dry-run.ts';
import { dryRun } from '../../core/batches/dry-run.ts';
import type { OrderDeps, OrderedRows } from '../../core/batches/order-batch.ts';
import { orderBatch } from '../../core/batches/order-batch.ts';
import type { BatchUploads } from '../../core/batches/upload.ts';
import { ownUpload } from '../../core/batches/upload.ts';
import type { LogoDeps } from '../../core/qr/create-code.ts';
import { logoOf } from '../../core/qr/create-code.ts';
import { parseMembers } from '../json-body.ts';
import { lookOf } from '../qr/look.ts';
import { requireScannableLook } from './scannable.ts';
import type { dryRunAnswer } from './schemas.ts';
import { BATCH_BODIES } from './schemas.ts';

export type AskDeps = OrderDeps &
  CheckDeps &
  LogoDeps & {
    readonly uploads: BatchUploads;
    /** The rows of an upload, as they are read. */
    readonly rowsOf: (input: BatchInput) => AsyncIterable<RawRow>;
  };

type Outcome =
  | { readonly kind: 'ordered'; readonly batch: Batch }
  | { readonly kind: 'looked'; readonly answer: z.infer<typeof dryRunAnswer> };

/** As codes that are made one by one. */
const DEFAULT_FORMAT = 'png';

/**
 * Orders what a body says, or looks what would come of it. `takeQuota` is called once it is known to be sound. Throws
 * VALIDATION_FAILED, LIMIT_REACHED, or whatever `takeQuota` throws.
 */
export async function orderOrLook(
  deps: AskDeps,
  caller: Caller,
  json: unknown,
  seed: string,
  takeQuota: () => Promise<void>,
): Promise<Outcome> {
  const { workspaceId } = caller;
  const { body, rows } = await parsed(deps, workspaceId, json);
  const { force = false, on_failure: onFailure = 'continue', dry_run: isDry = false } = body;
  const look = lookOf(body, DEFAULT_FORMAT);
  if (!force) requireScannableLook(look);
  await logoOf(deps, workspaceId, look.style);
  await takeQuota();
  const powers = batchPowersOf(caller);
  if (isDry) return { kind: 'looked', answer: toDryAnswer(await dryRun(deps, rawRowsOf(deps, rows), powers)) };
  const order = { look, force, onFailure, ...powers, rows };
  return { kind: 'ordered', batch: await orderBatch(deps, workspaceId, order, seed) };
}

export const batchPowersOf = ({ plan, permissions }: Caller): BatchPowers => ({
  plan,
  mayMakeLinks: permissions.includes('urls:write'),
});

/** Told by the member that names it, before anything inside is looked at. */
async function parsed(deps: AskDeps, workspaceId: string, json: unknown) {
  if (typeof json === 'object' && json !== null && 'upload_id' in json) {
    const { upload_id: uploadId, ...body } = parseMembers(BATCH_BODIES.upload, json);
    return { body, rows: { upload: await ownUpload(deps.uploads, workspaceId, uploadId) } };
  }
  const { items, ...body } = parseMembers(BATCH_BODIES.items, json);
  return { body, rows: { items } };
}

const rawRowsOf = ({ rowsOf }: AskDeps, rows: OrderedRows): AsyncIterable<RawRow> | Iterable<RawRow> =>
  'upload' in rows ? rowsOf(rows.upload) : rows.items.map((value, index) => ({ row: index + 1, value }));

const toDryAnswer = ({ total, valid, errors, isComplete }: DryRun): z.infer<typeof dryRunAnswer> => ({
  total,
  valid,
  errors: [...errors],
  complete: isComplete,
});
