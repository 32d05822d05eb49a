import { BATCH_FILES_PREFIX, BATCH_UPLOADS_PREFIX } from '../qr/folders.ts';
import type { BatchId, BatchRun } from './batch.ts';
import type { Upload } from './upload.ts';

/** `<workspace_id>/<upload_id>`. */
export const batchUploadKey = (workspaceId: string, uploadId: string): string =>
  `${BATCH_UPLOADS_PREFIX}${workspaceId}/${uploadId}`;

const batchesPrefix = (workspaceId: string): string => `${BATCH_FILES_PREFIX}${workspaceId}/`;
export const batchPrefix = ({ workspaceId, id }: BatchId): string => `${batchesPrefix(workspaceId)}${id}/`;

/** The rows of a JSON body, one a line, as they came. */
export const itemsKey = (batch: BatchId): string => `${batchPrefix(batch)}items.jsonl`;
/** The rows of an upload, as they were when they were ordered. */
export const copyKey = (batch: BatchId, { format, version }: Upload): string =>
  `${batchPrefix(batch)}upload-${version}.${format}`;

const runPrefix = (batch: BatchRun): string => `${batchPrefix(batch)}${batch.run}/`;
/** What is downloaded. A run has its own, so that none who finishes late meets another's. */
export const zipKey = (batch: BatchRun): string => `${runPrefix(batch)}${batch.id}.zip`;
/** `row,column,reason` of all rows that failed; there whenever some did. */
export const errorsKey = (batch: BatchRun): string => `${runPrefix(batch)}errors.csv`;
/** Valid rows, one a line, chunk behind chunk. */
export const rowsKey = (batch: BatchRun): string => `${runPrefix(batch)}rows.jsonl`;
/** What the distributed map reads: a line for each chunk. */
export const chunksKey = (batch: BatchRun): string => `${runPrefix(batch)}chunks.jsonl`;
/** Rows that cannot be made, one a line, with their errors. */
export const invalidKey = (batch: BatchRun): string => `${runPrefix(batch)}invalid.jsonl`;
/** The codes of a chunk. */
export const partKey = (batch: BatchRun, chunk: number): string =>
  `${runPrefix(batch)}parts/${String(chunk).padStart(5, '0')}.bin`;
