import { BATCH_FILES_PREFIX, BATCH_UPLOADS_PREFIX } from '../qr/folders.ts';
import type { BatchId, BatchRun } from './batch.ts';

/** `<workspace_id>/<upload_id>`. */
export const batchUploadKey = (workspaceId: string, uploadId: string): string =>
  `${BATCH_UPLOADS_PREFIX}${workspaceId}/${uploadId}`;

export const batchesPrefix = (workspaceId: string): string => `${BATCH_FILES_PREFIX}${workspaceId}/`;
export const batchPrefix = ({ workspaceId, id }: BatchId): string => `${batchesPrefix(workspaceId)}${id}/`;

/** The rows of a JSON body, one a line, as they came. */
export const itemsKey = (batch: BatchId): string => `${batchPrefix(batch)}items.jsonl`;
/** What is downloaded. */
export const zipKey = (batch: BatchId): string => `${batchPrefix(batch)}${batch.id}.zip`;
/** `row,column,reason` of all rows that failed; there whenever some did. */
export const errorsKey = (batch: BatchId): string => `${batchPrefix(batch)}errors.csv`;

const runPrefix = (batch: BatchRun): string => `${batchPrefix(batch)}${batch.run}/`;
/** Valid rows, one a line, chunk behind chunk. */
export const rowsKey = (batch: BatchRun): string => `${runPrefix(batch)}rows.jsonl`;
/** What the distributed map reads: a line for each chunk. */
export const chunksKey = (batch: BatchRun): string => `${runPrefix(batch)}chunks.jsonl`;
/** Rows that cannot be made, one a line, with their errors. */
export const invalidKey = (batch: BatchRun): string => `${runPrefix(batch)}invalid.jsonl`;
/** The codes of a chunk. */
export const partKey = (batch: BatchRun, chunk: number): string =>
  `${runPrefix(batch)}parts/${String(chunk).padStart(5, '0')}.bin`;
