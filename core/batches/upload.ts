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

/** What lies there, and which of all that was sent by its form: a form can be sent again. */
export type Upload = BatchInput & { readonly version: string };

export type BatchUploads = {
  /** Of the format that its form has seen to; null where nothing was uploaded. */
  find(key: string): Promise<Upload | null>;
};

/** The workspace's upload. Throws VALIDATION_FAILED where it is not there, or not any more. */
export async function ownUpload(uploads: BatchUploads, workspaceId: string, uploadId: string): Promise<Upload> {
  const key = batchUploadKey(workspaceId, uploadId);
  const upload = couldBeId('upl', uploadId) ? await uploads.find(key) : null;
  if (upload === null) throw unknownUpload();
  return upload;
}

export const unknownUpload = (): Failure =>
  validationFailed([
    {
      path: 'upload_id',
      code: 'unknown_upload',
      message: 'Nothing was uploaded under this id, it was too long ago, or it is being uploaded anew.',
    },
  ]);
