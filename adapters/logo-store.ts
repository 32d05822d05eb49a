import type { S3Client } from '@aws-sdk/client-s3';
import type { LogoStore } from '../core/qr/logo-store.ts';
import { cleanLogoKey } from '../core/qr/logo-store.ts';
import { decodePng } from './png-decoder.ts';
import { storedObject } from './stored-object.ts';

/** Logos that were checked, as PNGs of ours in the uploads bucket. */
export const logoStore = (client: S3Client, bucket: string): LogoStore => ({
  async find(workspaceId, logoId) {
    const pngBytes = await storedObject(client, bucket, cleanLogoKey(workspaceId, logoId));
    return pngBytes === null ? null : { pngBytes, pixels: await decodePng(pngBytes) };
  },
});
