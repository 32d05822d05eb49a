import type { Page } from '../links/link-store.ts';
import type { Batch, BatchId, BatchRun, BatchState } from './batch.ts';

/** Batches as they stand. Every change is one conditional write. */
export type BatchStore = {
  /** `known` where a batch of this id is there already, as after a repeat; `full` where as many as `maxOpen` are open. */
  create(batch: Batch, maxOpen: number): Promise<'created' | 'known' | 'full'>;
  find(workspaceId: string, id: string): Promise<Batch | null>;
  /** Newest first, from the one before `beforeId` on. */
  list(workspaceId: string, limit: number, beforeId: string | null): Promise<Page<Batch>>;
  /** Ids of the open ones. */
  openIds(workspaceId: string): Promise<readonly string[]>;
  /** Those of all workspaces that are open or to be tidied up, oldest first, some at a time; one may have been settled since. */
  unsettled(): AsyncIterable<readonly BatchId[]>;
  /**
   * Changes an open batch; `cleanup` where something is left to tidy up. False where it is not open any more, is in another
   * run, or not there.
   */
  change(batch: BatchRun, state: BatchState, options?: { readonly cleanup?: true }): Promise<boolean>;
  /** Queues the next run, with no row failed and by the order as it is handed in. `changed` where state or run are others by now. */
  retry(batch: Batch, maxOpen: number): Promise<'queued' | 'changed' | 'full'>;
};

/** A chunk of a run. */
export type BatchChunk = {
  readonly run: number;
  readonly chunk: number;
  readonly state: 'begun' | 'done';
  /** Until then whoever began it may still be at it. */
  readonly leaseEndsAtMs: number;
};

export type ChunkCounts = { readonly done: number; readonly failed: number; readonly links: number };

/** For those who work on a batch. */
export type BatchWork = {
  /**
   * `planning` becomes `making`: the rows are counted, and quota is taken for the links, both or none. `full` where the
   * workspace's limit has no room for them; `ended` where nobody wants the batch any more.
   */
  plan(
    batch: Batch,
    counts: { readonly total: number; readonly failed: number; readonly links: number },
    nowMs: number,
  ): Promise<'planned' | 'full' | 'ended'>;
  /** Says that a chunk is being made, unless it is done or nobody wants it. */
  beginChunk(batch: BatchRun, chunk: number, leaseEndsAtMs: number): Promise<'begun' | 'done' | 'ended'>;
  /** Counts the chunk's rows, once; false where they are not wanted any more. */
  finishChunk(batch: BatchRun, chunk: number, counts: ChunkCounts): Promise<boolean>;
  /** Says that nobody is at a chunk any more, though it is not done. */
  releaseChunk(batch: BatchRun, chunk: number): Promise<void>;
  /** Forgets a chunk whose links are gone. */
  forgetChunk(batch: BatchRun, chunk: number): Promise<void>;
  /** In the order of runs and numbers. */
  chunks(batch: BatchId): Promise<readonly BatchChunk[]>;
  /**
   * Ends the batch as made: rows that are not done have failed, and what its run took for links it did not make is given back,
   * both or none.
   */
  end(batch: Batch, state: BatchState): Promise<boolean>;
  /** Says that the batch is tidied up and gives back what its run took for links that are not there, both or none. */
  tidied(batch: Batch): Promise<void>;
};

/** The runs of the workflow. Nothing happens where one runs or ran already. */
export type BatchRuns = {
  start(batch: BatchRun): Promise<void>;
  look(batch: BatchRun): Promise<'unknown' | 'running' | 'ended'>;
  stop(batch: BatchRun): Promise<void>;
  /** Tidies up once nobody makes any more; where that broke, it is begun again a quarter of an hour later. */
  startTidying(batch: BatchRun): Promise<void>;
};

/** Files of batches, in the uploads bucket. */
export type BatchFiles = {
  /** Piece by piece, so that no file is ever whole in memory; answers its size. */
  write(key: string, contentType: string, pieces: AsyncIterable<Uint8Array>): Promise<{ readonly bytes: number }>;
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** False where that version is not there any more. */
  copy(from: { readonly key: string; readonly version: string }, to: string): Promise<boolean>;
  /** Null where there is none. `part` in bytes: no more than the file has. */
  read(key: string, part?: { readonly from: number; readonly bytes: number }): Promise<Uint8Array | null>;
  /** Null where there is none. */
  stream(key: string): Promise<AsyncIterable<Uint8Array> | null>;
  /** All files of the batch but those. */
  remove(batch: BatchId, except: readonly string[]): Promise<void>;
  removeOne(key: string): Promise<void>;
};
