import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';

/** Parts of a file that are in memory at the same time: two of 8 MB. */
const PART_BYTES = 8 * 1024 * 1024;
const PARTS_AT_ONCE = 2;

export type UploadPlace = { readonly bucket: string; readonly key: string; readonly contentType: string };

/** Writes an object piece by piece, so that it is never whole in memory; answers its size. What breaks off leaves no object. */
export async function uploadPieces(
  client: S3Client,
  { bucket, key, contentType }: UploadPlace,
  pieces: AsyncIterable<Uint8Array>,
): Promise<{ readonly bytes: number }> {
  let bytes = 0;
  async function* measured(): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      bytes += piece.byteLength;
      yield piece;
    }
  }
  const upload = new Upload({
    client,
    params: { Bucket: bucket, Key: key, ContentType: contentType, Body: Readable.from(measured()) },
    partSize: PART_BYTES,
    queueSize: PARTS_AT_ONCE,
    // The bucket's own rule removes the parts of what broke off; so nobody needs the right to.
    leavePartsOnError: true,
  });
  await upload.done();
  return { bytes };
}
