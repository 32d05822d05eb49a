import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { ImageStore } from '../core/qr/qr-image.ts';
import { IMAGE_CACHE_CONTROL } from '../core/qr/qr-image.ts';
import { storedObject } from './stored-object.ts';

/** Images in the bucket that CloudFront shows, with what it is to say of them. */
export const imageStore = (client: S3Client, bucket: string): ImageStore => ({
  get: (key) => storedObject(client, bucket, key),
  async put(key, bytes, contentType) {
    const description = { ContentType: contentType, CacheControl: IMAGE_CACHE_CONTROL };
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, ...description }));
  },
});
