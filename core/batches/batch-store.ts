import type { Page } from '../links/link-store.ts';
import type { Batch, BatchId, BatchRun, BatchState } from './batch.ts';

/** A chunk of a run: begun, or done with so many rows made and failed. */
export type BatchChunk = {
  readonly run: number;
  readonly chunk: number;
  readonly state: 'begun' | 'done';
  /** Until then whoever began it may still be at it. */
  readonly leaseEndsAtMs: number;
};

/** Batches as they stand. Every change is one conditional write. */
export type BatchStore = {
  /** `known` where a batch of this id is there already, as after a repeat; `full` where as many as `maxOpen` are open. */
  create(batch: Batch, maxOpen: number): Promise<'created' | 'known' | 'full'>;
  find(workspaceId: string, id: string): Promise<Batch | null>;
  /** Newest first, from the one before `beforeId` on. */
  list(workspaceId: string, limit: number, beforeId: string | null): Promise<Page<Batch>>;
  /** Ids of the open ones. */
  openIds(workspaceId: string): Promise<readonly string[]>;
  /** False where the batch is not open any more, is in a later run, or not there. */
  change(batch: BatchRun, state: BatchState, more?: { readonly undone?: boolean }): Promise<boolean>;
  /** Begins the next run with no row failed; false where the batch has been changed since it was read. */
  retry(batch: Batch, maxOpen: number): Promise<'begun' | 'changed' | 'full'>;
};

/** For those who work on a batch. */
export type BatchWork = {
  /**
   * `planning` becomes `making`: the rows are counted, and quota is taken for so many links, all at once. `full` where the
   * workspace's limit has no room for them; `ended` where nobody wants the batch any more.
   */
  plan(
    batch: Batch,
    counts: { readonly total: number; readonly failed: number; readonly links: number },
    nowMs: number,
  ): Promise<'planned' | 'full' | 'ended'>;
  /** Says that a chunk is being made, unless it is done or nobody wants it. */
  beginChunk(batch: BatchRun, chunk: number, leaseEndsAtMs: number): Promise<'begun' | 'done' | 'ended'>;
  /** Counts the chunk's rows, once; false where it is not wanted any more. */
  finishChunk(
    batch: BatchRun,
    chunk: number,
    counts: { readonly done: number; readonly failed: number },
  ): Promise<boolean>;
  /** Forgets a chunk that was begun and whose links are gone. */
  forgetChunk(batch: BatchRun, chunk: number): Promise<void>;
  chunks(batch: BatchId): AsyncIterable<BatchChunk>;
  /** Counts rows of chunks that nobody finished as failed. */
  fail(batch: BatchRun, rows: number): Promise<void>;
  /** Ends the batch and gives back quota for so many links that were not made, both or none. */
  end(batch: Batch, state: BatchState, unmadeLinks: number): Promise<boolean>;
  /** What was undone is nowhere any more: gives back what was taken, once. */
  undone(batch: Batch): Promise<void>;
};

/** The runs of the workflow. */
export type BatchRuns = {
  /** Nothing happens where this run runs or ran already. */
  start(batch: BatchRun): Promise<void>;
  look(batch: BatchRun): Promise<'unknown' | 'running' | 'ended'>;
  stop(batch: BatchRun): Promise<void>;
  /** Undoes what was made, once nobody makes any more. */
  startUndo(batch: BatchRun): Promise<void>;
};

/** Files of batches, in the uploads bucket. */
export type BatchFiles = {
  /** A URL that shows the file to whoever has it, for so long. */
  downloadUrl(key: string, fileName: string, contentType: string, lifetimeS: number): Promise<string>;
  put(key: string, bytes: Uint8Array | string): Promise<void>;
  /** Piece by piece, so that no file is ever whole in memory; answers its size. */
  write(key: string, contentType: string, pieces: AsyncIterable<Uint8Array>): Promise<{ readonly bytes: number }>;
  /** Throws where there is none; `range` in bytes. */
  read(key: string, range?: { readonly from: number; readonly bytes: number }): Promise<Uint8Array>;
  /** Null where there is none. */
  stream(key: string): Promise<AsyncIterable<Uint8Array> | null>;
  /** All files of the batch, but those. */
  remove(batch: BatchId, except?: readonly string[]): Promise<void>;
};
