import {
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { CLICKS_PREFIX } from '../core/lake/clicks-table.ts';
import type { RollUpFiles } from '../core/lake/roll-up.ts';
import { ROLL_UPS_COLUMNS, ROLL_UPS_PREFIX, rollUpKey } from '../core/lake/roll-ups-table.ts';
import { parquetFile } from './parquet-file.ts';

/** Beside the days of the table, where no query looks. */
const MARK_KEY = `${ROLL_UPS_PREFIX}_through.json`;
/** Failed records are kept for 90 days, and lie below the hour they first came in when they are replayed. */
const LATEST_REPLAY_MS = 91 * 86_400_000;

/** Files of the lake in S3; a version is an ETag. */
export function rollUpFiles(client: S3Client, Bucket: string): RollUpFiles {
  async function* list(Prefix: string, StartAfter?: string) {
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix, StartAfter }))
      yield* Contents;
  }

  return {
    async clicksWrittenAfter(ms) {
      const firstDay = new Date(Math.max(0, ms - LATEST_REPLAY_MS)).toISOString().slice(0, 10);
      const files = [];
      for await (const { Key: key = '', LastModified } of list(CLICKS_PREFIX, `${CLICKS_PREFIX}dt=${firstDay}`)) {
        const writtenAtMs = LastModified?.getTime() ?? 0;
        if (writtenAtMs > ms) files.push({ key, writtenAtMs });
      }
      return files;
    },

    async versions(day) {
      const found = new Map<string, string>();
      const prefix = `${ROLL_UPS_PREFIX}dt=${day}/`;
      for await (const { Key = '', ETag } of list(prefix))
        if (ETag !== undefined) found.set(`${day}T${Key.slice(prefix.length, prefix.length + 2)}`, ETag);
      return found;
    },

    async write(hour, rows, version) {
      const Body = parquetFile(rows, ROLL_UPS_COLUMNS);
      const condition = version === null ? { IfNoneMatch: '*' } : { IfMatch: version };
      try {
        await client.send(new PutObjectCommand({ Bucket, Key: rollUpKey(hour), Body, ...condition }));
        return true;
      } catch (error) {
        if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 412) return false;
        throw error;
      }
    },

    async rolledUpThroughMs() {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: MARK_KEY }));
        const { through_ms } = JSON.parse((await Body?.transformToString()) ?? '') as { through_ms: number };
        return through_ms;
      } catch (error) {
        if (error instanceof NoSuchKey) return 0;
        throw error;
      }
    },

    async setRolledUpThrough(ms) {
      const Body = JSON.stringify({ through_ms: ms });
      await client.send(new PutObjectCommand({ Bucket, Key: MARK_KEY, Body }));
    },
  };
}
