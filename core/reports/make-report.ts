import { csvOf } from './csv.ts';
import { jsonOf } from './json.ts';
import type { Report, ReportFormat } from './report.ts';
import { isOpen } from './report.ts';
import type { ReportColumn, ReportRow } from './report-columns.ts';
import { columnsOf } from './report-columns.ts';
import type { RunError } from './report-failure.ts';
import { failureOf } from './report-failure.ts';
import { fileOf } from './report-file.ts';
import type { ReportFiles, ReportStore } from './report-ports.ts';
import { queryOf } from './report-query.ts';
import { rowsOf } from './report-rows.ts';

/** Which report a step of its run is about. */
export type ReportId = { readonly workspaceId: string; readonly id: string };

/** Bytes of a format, piece by piece. */
export type Encode = (columns: readonly ReportColumn[], rows: AsyncIterable<ReportRow>) => AsyncIterable<Uint8Array>;

export type MakeDeps = {
  readonly store: Pick<ReportStore, 'find' | 'change'>;
  readonly files: Pick<ReportFiles, 'write' | 'remove' | 'answerRows'>;
  /** Parquet takes a library of its own. */
  readonly parquet: Encode;
  readonly nowMs: () => number;
};

/** The first step: says that the report runs, and what to ask the lake. Null where nobody wants it any more. */
export async function beginReport({ store, nowMs }: MakeDeps, { workspaceId, id }: ReportId): Promise<string | null> {
  const report = await store.find(workspaceId, id);
  if (report === null || !isOpen(report.state)) return null;
  const isWanted = await store.change(report, { status: 'running', startedAtMs: nowMs() });
  return isWanted ? queryOf(report).text : null;
}

/**
 * The last step: writes the file from the answer that Athena left at `location`. A file that nobody wants any more when it is
 * written, because the report was cancelled or its workspace is gone, is removed. Doing it again writes the same file. Throws
 * TooManyRows.
 */
export async function writeReport(deps: MakeDeps, { workspaceId, id }: ReportId, location: string): Promise<void> {
  const report = await deps.store.find(workspaceId, id);
  if (report === null) return;
  const { bytes, rows } = await writeFile(deps, report, location);
  const isWanted = await deps.store.change(report, { status: 'succeeded', endedAtMs: deps.nowMs(), rows, bytes });
  if (!isWanted) await removeUnlessMade(deps, report);
}

/** A repeat of the last step finds its own success. */
async function removeUnlessMade({ store, files }: MakeDeps, report: Report): Promise<void> {
  const now = await store.find(report.workspaceId, report.id);
  if (now?.state.status !== 'succeeded') await files.remove(fileOf(report).key);
}

async function writeFile({ files, parquet }: MakeDeps, report: Report, location: string) {
  const columns = columnsOf(report.order.subject);
  let rows = 0;
  async function* counted(found: AsyncIterable<ReportRow>): AsyncGenerator<ReportRow> {
    for await (const row of found) {
      rows += 1;
      yield row;
    }
  }
  const { format } = report.order;
  const encode = format === 'parquet' ? parquet : ENCODE[format];
  const pieces = encode(columns, counted(rowsOf(report.order, files.answerRows(location))));
  const { bytes } = await files.write(fileOf(report), pieces);
  return { bytes, rows };
}

const PIECE_BYTES = 64 * 1024;

/** Lines put together, so that not each is a call of its own. */
const encoded = (
  textOf: (columns: readonly ReportColumn[], rows: AsyncIterable<ReportRow>) => AsyncIterable<string>,
): Encode =>
  async function* (columns, rows) {
    let text = '';
    for await (const line of textOf(columns, rows)) {
      text += line;
      if (text.length < PIECE_BYTES) continue;
      yield Buffer.from(text);
      text = '';
    }
    yield Buffer.from(text);
  };

const ENCODE: Readonly<Record<Exclude<ReportFormat, 'parquet'>, Encode>> = {
  csv: encoded(csvOf),
  json: encoded(jsonOf),
};

/**
 * What a run that failed tells: the report fails, and a file that was written before its run could say so is removed. Answers whose fault it was: ours wakes somebody up.
 */
export async function failReport(
  deps: MakeDeps,
  { workspaceId, id }: ReportId,
  error: RunError,
): Promise<'ours' | 'not ours'> {
  const failure = failureOf(error);
  const report = await deps.store.find(workspaceId, id);
  if (report !== null) {
    await deps.store.change(report, { status: 'failed', endedAtMs: deps.nowMs(), failure });
    await removeUnlessMade(deps, report);
  }
  return failure === 'internal' ? 'ours' : 'not ours';
}
