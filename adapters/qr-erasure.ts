import type { S3Client } from '@aws-sdk/client-s3';
import type { WorkspaceErasure } from '../core/accounts/erase-workspace.ts';
import {
  BATCH_FILES_PREFIX,
  BATCH_UPLOADS_PREFIX,
  CLEAN_LOGOS_PREFIX,
  LOGO_UPLOADS_PREFIX,
} from '../core/qr/folders.ts';
import { batchDelete } from './batch-delete.ts';
import type { DocumentClient } from './dynamodb.ts';
import { eraseBelow, eraseObjects } from './erase-objects.ts';
import { itemsOf, keyOf } from './items-of.ts';
import { qrCodesPartition } from './table.ts';

export type QrPlaces = {
  readonly table: string;
  readonly s3: S3Client;
  readonly imagesBucket: string;
  readonly uploadsBucket: string;
};

/** Everything in the uploads bucket lies below one of these and its workspace's id. */
const UPLOADED = [LOGO_UPLOADS_PREFIX, CLEAN_LOGOS_PREFIX, BATCH_UPLOADS_PREFIX, BATCH_FILES_PREFIX] as const;

/**
 * Erases a workspace's QR codes. An image is found by an item alone, so it goes first; uploads and what was made of them are
 * found by their place.
 */
export const qrErasure = (
  client: DocumentClient,
  { table, s3, imagesBucket, uploadsBucket }: QrPlaces,
): Pick<WorkspaceErasure, 'eraseCodes'> => ({
  async *eraseCodes(workspaceId) {
    for await (const items of itemsOf(client, table, qrCodesPartition(workspaceId))) {
      const images = items.flatMap(({ image_key: key }) => (typeof key === 'string' ? [key] : []));
      await eraseObjects(s3, imagesBucket, images);
      await batchDelete(client, table, items.map(keyOf));
      yield;
    }
    for (const prefix of UPLOADED) yield* eraseBelow(s3, uploadsBucket, `${prefix}${workspaceId}/`);
  },
});
