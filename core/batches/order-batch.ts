import { seededAtMs, seededBytes } from '../accounts/idempotency.ts';
import { Failure } from '../errors.ts';
import { newSortableId } from '../sortable-id.ts';
import type { Batch, BatchId, BatchInput, BatchOrder } from './batch.ts';
import { MAX_OPEN_BATCHES } from './batch.ts';
import { copyKey, itemsKey } from './batch-files.ts';
import type { BatchFiles } from './batch-store.ts';
import type { SettleDeps } from './settle-batch.ts';
import { settled } from './settle-batch.ts';
import type { Upload } from './upload.ts';
import { unknownUpload } from './upload.ts';

export type OrderDeps = SettleDeps & { readonly files: Pick<BatchFiles, 'put' | 'copy'> };

/** Rows that came with the order, or an upload that is there. */
export type OrderedRows = { readonly items: readonly unknown[] } | { readonly upload: Upload };

/**
 * Files the order and its rows, then starts its run. Everything follows from the seed, so a repeat of an order that was cut off
 * in between ends in the same one batch; whatever is uploaded in the place of its rows later is not of it. Throws LIMIT_REACHED,
 * VALIDATION_FAILED where the upload is gone.
 */
export async function orderBatch(
  deps: OrderDeps,
  workspaceId: string,
  { rows, ...order }: Omit<BatchOrder, 'input'> & { readonly rows: OrderedRows },
  seed: string,
): Promise<Batch> {
  const createdAtMs = seededAtMs(seed);
  const id = newSortableId('bat', createdAtMs, seededBytes(seed));
  const input = await filed(deps, { workspaceId, id }, rows);
  const batch: Batch = {
    id,
    workspaceId,
    order: { ...order, input },
    seed,
    run: 1,
    createdAtMs,
    state: { status: 'queued' },
    progress: { total: 'items' in rows ? rows.items.length : null, done: 0, failed: 0 },
    runLinks: 0,
    quota: null,
    cleanup: 'none',
  };
  const outcome = await withRoom(deps, workspaceId, () => deps.batches.create(batch, MAX_OPEN_BATCHES));
  await deps.runs.start(batch);
  return outcome === 'created' ? batch : ((await deps.batches.find(workspaceId, id)) ?? batch);
}

/** Where the batch has its rows to itself. */
async function filed({ files }: OrderDeps, batch: BatchId, rows: OrderedRows): Promise<BatchInput> {
  if ('upload' in rows) {
    const copy = { key: copyKey(batch, rows.upload), format: rows.upload.format };
    if (!(await files.copy(rows.upload, copy.key))) throw unknownUpload();
    return copy;
  }
  const lines = rows.items.map((item) => `${lineOf(item)}\n`);
  await files.put(itemsKey(batch), Buffer.from(lines.join('')));
  return { key: itemsKey(batch), format: 'jsonl' };
}

/** What nests too deep to be written is no row, and neither is `null`. */
function lineOf(item: unknown): string {
  try {
    return JSON.stringify(item);
  } catch (error) {
    if (error instanceof RangeError) return 'null';
    throw error;
  }
}

/** Does it again where there is no room at first: some may have come to their end without a word. Throws LIMIT_REACHED. */
export async function withRoom<T extends string>(
  deps: SettleDeps,
  workspaceId: string,
  work: () => Promise<T | 'full'>,
): Promise<T> {
  const first = await work();
  if (first !== 'full') return first;
  const ids = await deps.batches.openIds(workspaceId);
  const batches = await Promise.all(ids.map((id) => deps.batches.find(workspaceId, id)));
  await Promise.all(batches.map(async (batch) => batch && settled(deps, batch)));
  const second = await work();
  if (second !== 'full') return second;
  const detail = `At most ${MAX_OPEN_BATCHES} batches are made at the same time; wait for one, or cancel it.`;
  throw new Failure('LIMIT_REACHED', { limit: MAX_OPEN_BATCHES }, { detail });
}
