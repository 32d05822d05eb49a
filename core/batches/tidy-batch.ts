import type { CreateDeps } from '../links/create-link.ts';
import type { Batch, BatchRun } from './batch.ts';
import { isRolledBack } from './batch.ts';
import { errorsKey, partKey } from './batch-files.ts';
import type { BatchChunk, BatchFiles, BatchStore, BatchWork } from './batch-store.ts';
import { readPlaces, readRows } from './chunk.ts';
import { linkRows, takeBackLinks } from './row-links.ts';

export type TidyDeps = Pick<CreateDeps, 'store' | 'rules' | 'nowMs'> & {
  readonly batches: Pick<BatchStore, 'find'>;
  readonly work: Pick<BatchWork, 'chunks' | 'forgetChunk' | 'tidied'>;
  readonly files: Pick<BatchFiles, 'read' | 'remove' | 'removeOne'>;
};

/** Somebody may still be at a chunk; whoever tidies up comes again. */
export class StillMaking extends Error {
  override readonly name = 'StillMaking';
}

/**
 * Takes back what a batch leaves behind that has ended or is about to: of one that is rolled back all links and files, of another
 * the links of chunks that were cut short. Doing it again changes nothing. Throws StillMaking.
 */
export async function tidyBatch(deps: TidyDeps, { workspaceId, id, run }: BatchRun): Promise<void> {
  const batch = await deps.batches.find(workspaceId, id);
  if (batch === null || batch.run !== run) return;
  // Chunks that nobody finished stand in the way of the last step.
  if (batch.state.status === 'running' && batch.state.phase === 'finishing') return takeBackChunks(deps, batch, false);
  if (batch.cleanup !== 'pending') return;
  const isAll = isRolledBack(batch);
  await takeBackChunks(deps, batch, isAll);
  // Why it was rolled back stays.
  if (isAll) await deps.files.remove(batch, batch.state.status === 'failed' ? [errorsKey(batch)] : []);
  await deps.work.tidied(batch);
}

/** The chunks that were begun and not done; with `isAll` those that are done as well. */
async function takeBackChunks(deps: TidyDeps, batch: Batch, isAll: boolean): Promise<void> {
  const chunks = (await deps.work.chunks(batch)).filter(({ state }) => isAll || state === 'begun');
  if (chunks.some(({ state, leaseEndsAtMs }) => state === 'begun' && leaseEndsAtMs > deps.nowMs()))
    throw new StillMaking('A chunk is still being made');
  const runs = new Set(chunks.map(({ run }) => run));
  for (const run of runs) await takeBackRun(deps, { ...batch, run }, chunks);
}

async function takeBackRun(deps: TidyDeps, batch: Batch, chunks: readonly BatchChunk[]): Promise<void> {
  const places = new Map((await readPlaces(deps.files, batch)).map((place) => [place.chunk, place]));
  for (const { run, chunk } of chunks) {
    const place = places.get(chunk);
    if (run !== batch.run) continue;
    if (place === undefined) throw new Error(`Chunk ${chunk} of ${batch.id} has no place`);
    await takeBackLinks(deps, batch, linkRows(await readRows(deps.files, batch, place)));
    await deps.files.removeOne(partKey(batch, chunk));
    await deps.work.forgetChunk(batch, chunk);
  }
}
