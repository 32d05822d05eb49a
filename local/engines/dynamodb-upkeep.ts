import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

const STREAM_RETENTION_S = 86_400;
const BUSY_TIMEOUT_MS = 5_000;
/** Rewriting takes 5 ms per megabyte (measured); a start must not wait longer than a moment. */
const REWRITTEN_UP_TO_BYTES = 64 * 1024 * 1024;

/**
 * What dynoxide leaves to its host. It looks through all stream records of a table at every write, for the highest
 * number, and at every read: writing 1,000 links took 0.35 s at first and 4.5 s after 8,000. With an index for each it
 * stays where it was (measured). And it keeps stream records for ever; DynamoDB forgets them after 24 hours. The newest of each table stays: the next
 * sequence number is counted from it.
 */
export function tendDatabase(path: string, nowMs: number): void {
  const database = new DatabaseSync(path);
  try {
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    database.exec(`
      CREATE INDEX IF NOT EXISTS signpost_stream_order ON _stream_records (table_name, shard_id, sequence_number);
      CREATE INDEX IF NOT EXISTS signpost_stream_end ON _stream_records (table_name, CAST(sequence_number AS INTEGER));
    `);
    database
      .prepare(
        'DELETE FROM _stream_records WHERE created_at < ? AND id NOT IN (SELECT MAX(id) FROM _stream_records GROUP BY table_name)',
      )
      .run(Math.floor(nowMs / 1_000) - STREAM_RETENTION_S);
    if (statSync(path).size <= REWRITTEN_UP_TO_BYTES) database.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    database.close();
  }
}
