import { pipeline, type Readable } from 'node:stream';
import { DeleteObjectCommand, GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { type CastingContext, parse } from 'csv-parse';
import type { LakeRow } from '../core/lake/lake-queries.ts';
import type { ReportFiles } from '../core/reports/report-ports.ts';
import { uploadPieces } from './piecewise-upload.ts';

/** Files of reports in the results bucket, and what Athena left there. */
export const reportFiles = (client: S3Client, bucket: string): ReportFiles => ({
  write: ({ key, contentType }, pieces) => uploadPieces(client, { bucket, key, contentType }, pieces),

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
