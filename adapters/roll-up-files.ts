import { GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod/mini';
import { CLICKS_PREFIX } from '../core/lake/clicks-table.ts';
import type { RollUpFiles } from '../core/lake/roll-up.ts';
import { ROLL_UPS_COLUMNS, ROLL_UPS_PREFIX, rollUpKey } from '../core/lake/roll-ups-table.ts';
import { isOtherVersion, objectsBelow } from './objects-below.ts';
import { parquetFile } from './parquet-file.ts';

/** Beside the days of the table, where no query looks. */
const MARK_KEY = `${ROLL_UPS_PREFIX}_through.json`;
const storedMark = z.object({
  through_ms: z.int(),
  begun: z.optional(z.object({ at_ms: z.int(), last_key: z.string() })),
});
/** Failed records are kept for 90 days, and lie below the hour they first came in when they are replayed. */
const LATEST_REPLAY_MS = 91 * 86_400_000;

/** Files of the lake in S3. */
export function rollUpFiles(client: S3Client, Bucket: string): RollUpFiles {
  return {
    async *clicksWrittenAfter(ms, lastKey) {
      const firstDay = new Date(Math.max(0, ms - LATEST_REPLAY_MS)).toISOString().slice(0, 10);
      const beforeFirst = `${CLICKS_PREFIX}dt=${firstDay}`;
      const after = lastKey > beforeFirst ? lastKey : beforeFirst;
      for await (const { key, writtenAtMs } of objectsBelow(client, Bucket, CLICKS_PREFIX, after))
        if (writtenAtMs > ms) yield key;
    },

    async versions(day) {
      const found = new Map<string, string>();
      const prefix = `${ROLL_UPS_PREFIX}dt=${day}/`;
      for await (const { key, version } of objectsBelow(client, Bucket, prefix))
        found.set(`${day}T${key.slice(prefix.length, prefix.length + 2)}`, version);
      return found;
    },

    async write(hour, rows, version) {
      const Body = parquetFile(rows, ROLL_UPS_COLUMNS);
      const condition = version === null ? { IfNoneMatch: '*' } : { IfMatch: version };
      try {
        await client.send(new PutObjectCommand({ Bucket, Key: rollUpKey(hour), Body, ...condition }));
        return true;
      } catch (error) {
        if (isOtherVersion(error)) return false;
        throw error;
      }
    },

    async mark() {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: MARK_KEY }));
        const { through_ms, begun } = storedMark.parse(JSON.parse((await Body?.transformToString()) ?? ''));
        return { throughMs: through_ms, begun: begun ? { atMs: begun.at_ms, lastKey: begun.last_key } : null };
      } catch (error) {
        if (error instanceof NoSuchKey) return { throughMs: 0, begun: null };
        throw error;
      }
    },

    async setMark({ throughMs, begun }) {
      const stored: z.infer<typeof storedMark> = {
        through_ms: throughMs,
        ...(begun && { begun: { at_ms: begun.atMs, last_key: begun.lastKey } }),
      };
      await client.send(new PutObjectCommand({ Bucket, Key: MARK_KEY, Body: JSON.stringify(stored) }));
    },
  };
}
