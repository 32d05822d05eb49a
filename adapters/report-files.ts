import { pipeline, Readable } from 'node:stream';
import { DeleteObjectCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { type CastingContext, parse } from 'csv-parse';
import type { LakeRow } from '../core/lake/lake-queries.ts';
import type { ReportFiles } from '../core/reports/report-ports.ts';

const CONNECTION_TIMEOUT_MS = 1_000;
/** Parts of a file that are in memory at the same time: two of 8 MB. */
const PART_BYTES = 8 * 1024 * 1024;
const PARTS_AT_ONCE = 2;

export const reportsS3 = (): S3Client =>
  new S3Client({ maxAttempts: 5, requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS } });

/** Files of reports in the results bucket, and what Athena left there. */
export const reportFiles = (client: S3Client, bucket: string): ReportFiles => ({
  downloadUrl: ({ key, contentType }, fileName, lifetimeS) =>
    getSignedUrl(
      client,
      new GetObjectCommand({
        Bucket: bucket,
        Key: key,
        ResponseContentDisposition: `attachment; filename="${fileName}"`,
        ResponseContentType: contentType,
      }),
      { expiresIn: lifetimeS },
    ),

  async write({ key, contentType }, pieces) {
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
  },

  async remove(key) {
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  },

  async *answerRows(location) {
    const { hostname, pathname } = new URL(location);
    const { Body } = await client.send(new GetObjectCommand({ Bucket: hostname, Key: pathname.slice(1) }));
    // Whoever stops reading ends the pipeline, and with it the call.
    const parser = pipeline(Body as Readable, parse({ columns: true, cast: textOrNull }), () => undefined);
    for await (const row of parser) yield row as LakeRow;
  },
});

/** Athena puts every value into quotes, so nothing at all is null. */
const textOrNull = (value: string, { quoting }: CastingContext): string | null =>
  quoting || value !== '' ? value : null;
