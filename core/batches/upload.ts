import { Failure, validationFailed } from '../errors.ts';
import { couldBeId } from '../sortable-id.ts';
import type { BatchInput, RowFormat } from './batch.ts';
import { batchUploadKey } from './batch-files.ts';

/** Rows of links with all their members, a hundred thousand of them, have a third of it. */
export const MAX_UPLOAD_BYTES = 64 * 1024 * 1024;

export const UPLOAD_CONTENT_TYPES: Readonly<Record<RowFormat, string>> = {
  csv: 'text/csv',
  jsonl: 'application/jsonl',
};

export type BatchUploads = {
  /** What the upload was said to be, which its form has seen to; null where nothing was uploaded. */
  formatOf(key: string): Promise<RowFormat | null>;
};

/** The workspace's upload. Throws VALIDATION_FAILED where it is not there, or not any more. */
export async function ownUpload(uploads: BatchUploads, workspaceId: string, uploadId: string): Promise<BatchInput> {
  const key = batchUploadKey(workspaceId, uploadId);
  const format = couldBeId('upl', uploadId) ? await uploads.formatOf(key) : null;
  if (format === null) throw unknownUpload();
  return { key, format };
}

const unknownUpload = (): Failure =>
  validationFailed([
    {
      path: 'upload_id',
      code: 'unknown_upload',
      message: 'Nothing was uploaded under this id, or it was too long ago.',
    },
  ]);
