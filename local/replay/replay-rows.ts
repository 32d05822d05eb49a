import { createHash } from 'node:crypto';
import { parquetFile } from '../../adapters/parquet-file.ts';
import { readClick } from '../../core/clicks/click.ts';
import { encodeClickRow } from '../../core/clicks/click-row.ts';
import { CLICKS_PREFIX, FAILURE_PREFIXES, LAKE_COLUMNS } from '../../core/lake/clicks-table.ts';
import { type TableRow, tableRow } from '../deliveries/table-row.ts';
import { NOTHING_REPLAYED, type ReplayDeps, type Replayed, together } from './filed-bucket.ts';

/**
 * Tries all records again that Firehose filed, with the code that is here: what becomes a row goes into the lake, below the hour it
 * first arrived in; the rest stays filed. Rows come first and lie where the failed object's content says, so a replay that is
 * interrupted may be repeated.
 */
export async function replayRows(deps: ReplayDeps): Promise<Replayed> {
  let all = NOTHING_REPLAYED;
  for (const prefix of FAILURE_PREFIXES) {
    for await (const key of deps.bucket.list(prefix)) all = together(all, await replayObject(deps, key, prefix));
  }
  return all;
}

async function replayObject({ bucket, tell }: ReplayDeps, key: string, prefix: FailurePrefix): Promise<Replayed> {
  const body = await bucket.get(key);
  const lines = body.toString().split('\n').filter(Boolean);
  const judged = lines.map((line) => ({ line, row: rowOf(line, prefix) }));
  const rows = judged.flatMap(({ row }) => (row === null ? [] : [row]));
  const left = judged.filter(({ row }) => row === null).map(({ line }) => line);
  if (left.length > 0) tell(`${key}: ${left.length} of ${lines.length} left, which this checkout makes no rows of`);
  if (rows.length === 0) return { done: 0, left: left.length };
  await bucket.put(keyOfRows(body, lines), parquetFile(rows, LAKE_COLUMNS));
  if (left.length === 0) await bucket.remove(key);
  else await bucket.put(key, Buffer.from(`${left.join('\n')}\n`));
  return { done: rows.length, left: left.length };
}

type FailurePrefix = (typeof FAILURE_PREFIXES)[number];

/** `rawData` is the event as it came, or, of a failed conversion, the row that did not fit. Null for what is still neither. */
function rowOf(line: string, prefix: FailurePrefix): TableRow | null {
  try {
    const { rawData } = JSON.parse(line) as { rawData: string };
    const raw = Buffer.from(rawData, 'base64').toString();
    if (prefix === 'format-conversion-failed/') return tableRow(raw, LAKE_COLUMNS);
    const click = readClick(raw);
    return click === null ? null : tableRow(encodeClickRow(click), LAKE_COLUMNS);
  } catch {
    return null;
  }
}

function keyOfRows(body: Buffer, lines: readonly string[]): string {
  const arrivals = lines.map((line) => (JSON.parse(line) as { arrivalTimestamp: number }).arrivalTimestamp);
  const at = new Date(arrivals.reduce((oldest, ms) => Math.min(oldest, ms))).toISOString();
  const name = createHash('sha256').update(body).digest('hex').slice(0, 32);
  return `${CLICKS_PREFIX}dt=${at.slice(0, 10)}/hr=${at.slice(11, 13)}/replayed-${name}.parquet`;
}
