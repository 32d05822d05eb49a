import { csvLine } from '../csv-cell.ts';
import type { Batch, BatchRun } from './batch.ts';
import { errorsKey, invalidKey, partKey, zipKey } from './batch-files.ts';
import type { BatchChunk, BatchFiles, BatchStore, BatchWork } from './batch-store.ts';
import { jsonLines, partRows, readPlaces, readRows } from './chunk.ts';
import { errorsCsv } from './errors-csv.ts';
import type { FailedRow, MadeRow, PartRow } from './part.ts';
import { isMade, rowsOfPart } from './part.ts';
import type { ZipEntry } from './zip.ts';
import { zipOf } from './zip.ts';

export type FinishDeps = {
  readonly batches: Pick<BatchStore, 'find' | 'change'>;
  readonly work: Pick<BatchWork, 'chunks' | 'end'>;
  readonly files: Pick<BatchFiles, 'read' | 'put' | 'write' | 'removeOne'>;
  readonly shortOrigin: string;
  readonly nowMs: () => number;
};

/** Whether something is left to tidy up: at the end, or before it can be finished. */
export type FinishOutcome = 'tidy' | 'tidy_first' | 'stop';

/**
 * The last step: rows of chunks that nobody finished have failed; writes the files, or, where no row was to fail and some did,
 * leaves all to be rolled back. Doing it again writes the same.
 */
export async function finishBatch(deps: FinishDeps, { workspaceId, id, run }: BatchRun): Promise<FinishOutcome> {
  const batch = await deps.batches.find(workspaceId, id);
  if (batch === null || batch.run !== run) return 'stop';
  if (batch.state.status !== 'running') return batch.cleanup === 'pending' ? 'tidy' : 'stop';
  const { startedAtMs } = batch.state;
  // From now on no chunk is counted any more.
  if (!(await deps.batches.change(batch, { status: 'running', phase: 'finishing', startedAtMs }))) return 'stop';
  const finishing = (await deps.batches.find(workspaceId, id)) ?? batch;
  const chunks = await deps.work.chunks(finishing);
  if (chunks.some(({ state }) => state === 'begun')) return 'tidy_first';
  const failedRows = await failedRowsOf(deps, finishing, chunks);
  if (failedRows.length > 0) await deps.files.put(errorsKey(batch), Buffer.from(errorsOf(failedRows)));
  if (failedRows.length > 0 && batch.order.onFailure === 'rollback') {
    const state = { status: 'failed', endedAtMs: deps.nowMs(), failure: 'rolled_back' } as const;
    if (await deps.batches.change(batch, state, { cleanup: true })) return 'tidy';
    await removeResults(deps, batch);
    return 'stop';
  }
  const { bytes } = await writeZip(deps, finishing, chunks, failedRows);
  const status = failedRows.length > 0 ? 'succeeded_with_errors' : 'succeeded';
  const isWanted = await deps.work.end(finishing, { status, startedAtMs, endedAtMs: deps.nowMs(), bytes });
  if (!isWanted) await removeResults(deps, batch);
  return 'stop';
}

/** Whoever ended the batch meanwhile may have tidied up before they were written. */
async function removeResults({ files }: FinishDeps, batch: BatchRun): Promise<void> {
  for (const key of [zipKey(batch), errorsKey(batch)]) await files.removeOne(key);
}

/** A run that broke: the batch fails, unless it has ended. */
export async function failBatch(deps: FinishDeps, run: BatchRun): Promise<void> {
  await deps.batches.change(run, { status: 'failed', endedAtMs: deps.nowMs(), failure: 'internal' }, { cleanup: true });
}

const NOT_FINISHED = 'It could not be made, through no fault of its own; try again.';

/** In the order of rows: those that cannot be made, those that failed, and those of chunks that are not there. */
async function failedRowsOf(
  { files }: FinishDeps,
  batch: Batch,
  chunks: readonly BatchChunk[],
): Promise<readonly FailedRow[]> {
  const failed: FailedRow[] = [...jsonLines<FailedRow>(await files.read(invalidKey(batch)), invalidKey(batch))];
  const done = new Set(chunks.flatMap(({ run, chunk }) => (run === batch.run ? [chunk] : [])));
  for (const place of await readPlaces(files, batch)) {
    if (done.has(place.chunk)) {
      for (const row of await partRows(files, batch, place.chunk)) if (!isMade(row)) failed.push(row);
    } else {
      const rows = await readRows(files, batch, place);
      failed.push(...rows.map(({ row }) => ({ row, errors: [{ row, column: '', reason: NOT_FINISHED }] })));
    }
  }
  return failed.toSorted((a, b) => a.row - b.row);
}

async function partOf(
  files: Pick<BatchFiles, 'read'>,
  batch: BatchRun,
  chunk: number,
): Promise<Iterable<readonly [PartRow, Uint8Array]>> {
  const key = partKey(batch, chunk);
  const bytes = await files.read(key);
  if (bytes === null) throw new Error(`${key} is gone`);
  return rowsOfPart(bytes);
}

const errorsOf = (failed: readonly FailedRow[]): string => errorsCsv(failed.flatMap(({ errors }) => errors));

const MANIFEST_COLUMNS = ['row', 'file', 'short_code', 'short_url', 'content', 'grade', 'score'];

const manifestLine = ({ row, file, shortCode, content, grade, score }: MadeRow, shortOrigin: string): string =>
  csvLine([
    String(row),
    file,
    shortCode ?? '',
    shortCode === null ? '' : `${shortOrigin}/${shortCode}`,
    content,
    grade,
    String(score),
  ]);

/** Formats that are text, or hold some. */
const DEFLATED = /\.(?:svg|eps|pdf)$/;

async function writeZip(
  { files, shortOrigin }: FinishDeps,
  batch: Batch,
  chunks: readonly BatchChunk[],
  failed: readonly FailedRow[],
): Promise<{ readonly bytes: number }> {
  async function* entries(): AsyncGenerator<ZipEntry> {
    const lines: { readonly row: number; readonly line: string }[] = [];
    for (const { run, chunk } of chunks) {
      for (const [row, bytes] of await partOf(files, { ...batch, run }, chunk)) {
        if (!isMade(row)) continue;
        lines.push({ row: row.row, line: manifestLine(row, shortOrigin) });
        yield { name: row.file, bytes, deflate: DEFLATED.test(row.file) };
      }
    }
    const inOrder = lines.toSorted((a, b) => a.row - b.row).map(({ line }) => line);
    const manifest = [csvLine(MANIFEST_COLUMNS), ...inOrder].join('');
    yield { name: 'manifest.csv', bytes: Buffer.from(manifest), deflate: true };
    if (failed.length > 0) yield { name: 'errors.csv', bytes: Buffer.from(errorsOf(failed)), deflate: true };
  }
  return files.write(zipKey(batch), 'application/zip', zipOf(entries(), batch.createdAtMs));
}
