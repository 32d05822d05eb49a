import { seededAtMs, seededBytes } from '../accounts/idempotency.ts';
import { Failure } from '../errors.ts';
import { newSortableId } from '../sortable-id.ts';
import type { Batch, BatchOrder } from './batch.ts';
import { MAX_OPEN_BATCHES } from './batch.ts';
import { itemsKey } from './batch-files.ts';
import type { BatchFiles } from './batch-store.ts';
import type { SettleDeps } from './settle-batch.ts';
import { settled } from './settle-batch.ts';

export type OrderDeps = SettleDeps & { readonly files: Pick<BatchFiles, 'put'> };

/** Rows that came with the order, or an upload that is there. */
export type OrderedRows = { readonly items: readonly unknown[] } | { readonly input: BatchOrder['input'] };

/**
 * Files the order, then starts its run. Everything follows from the seed, so a repeat of an order that was cut off in between
 * ends in the same one batch. Throws LIMIT_REACHED.
 */
export async function orderBatch(
  deps: OrderDeps,
  workspaceId: string,
  { rows, ...order }: Omit<BatchOrder, 'input'> & { readonly rows: OrderedRows },
  seed: string,
): Promise<Batch> {
  const createdAtMs = seededAtMs(seed);
  const id = newSortableId('bat', createdAtMs, seededBytes(seed));
  const input = 'input' in rows ? rows.input : ({ key: itemsKey({ workspaceId, id }), format: 'jsonl' } as const);
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
  if ('items' in rows) {
    const lines = rows.items.map((item) => `${JSON.stringify(item)}\n`);
    await deps.files.put(input.key, Buffer.from(lines.join('')));
  }
  const outcome = await withRoom(deps, workspaceId, () => deps.batches.create(batch, MAX_OPEN_BATCHES));
  await deps.runs.start(batch);
  return outcome === 'created' ? batch : ((await deps.batches.find(workspaceId, id)) ?? batch);
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
