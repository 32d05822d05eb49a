import { DeleteObjectCommand, GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { cleanLogoKey } from '../core/qr/logo-store.ts';
import type { LogoFiles } from '../core/qr/uploaded-logo.ts';
import { logoUploadKey } from '../core/qr/uploaded-logo.ts';
import { signedUrl } from './signed-url.ts';

/** Logos in the uploads bucket, as they came and as they are drawn. */
export function logoFiles(client: S3Client, bucket: string, nowMs: () => number): LogoFiles {
  const remove = async (Key: string): Promise<void> => {
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
  };
  return {
    async readUpload(workspaceId, id, maxBytes) {
      const Key = logoUploadKey(workspaceId, id);
      try {
        const { Body } = await client.send(
          new GetObjectCommand({ Bucket: bucket, Key, Range: `bytes=0-${maxBytes - 1}` }),
        );
        return (await Body?.transformToByteArray()) ?? null;
      } catch (error) {
        if (error instanceof NoSuchKey) return null;
        throw error;
      }
    },
    removeUpload: (workspaceId, id) => remove(logoUploadKey(workspaceId, id)),
    async putClean(workspaceId, id, pngBytes) {
      const Key = cleanLogoKey(workspaceId, id);
      await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: pngBytes, ContentType: 'image/png' }));
    },
    removeClean: (workspaceId, id) => remove(cleanLogoKey(workspaceId, id)),
    async cleanUrl(workspaceId, id) {
      return (await signedUrl(client, { Bucket: bucket, Key: cleanLogoKey(workspaceId, id) }, nowMs())).url;
    },
  };
}
