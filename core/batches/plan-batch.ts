import type { Batch, BatchFailure, BatchInput, BatchRun } from './batch.ts';
import { isOpen, isRolledBack, MAX_ROWS } from './batch.ts';
import { chunksKey, errorsKey, invalidKey, rowsKey } from './batch-files.ts';
import type { BatchFiles, BatchStore, BatchWork } from './batch-store.ts';
import type { CheckDeps, RawRow } from './check-row.ts';
import { checkRow } from './check-row.ts';
import type { ChunkPlace } from './chunk.ts';
import { chunksOf, partRows } from './chunk.ts';
import { errorsCsv } from './errors-csv.ts';
import type { FailedRow } from './part.ts';
import { isMade } from './part.ts';
import type { Row, RowError } from './row.ts';
import { isRow } from './row.ts';

export type PlanDeps = CheckDeps & {
  readonly batches: Pick<BatchStore, 'find' | 'change'>;
  readonly work: Pick<BatchWork, 'plan' | 'chunks'>;
  readonly files: Pick<BatchFiles, 'read' | 'write' | 'removeOne'>;
  /** The rows of an input, as they are read. Throws UnreadableInput. */
  readonly rowsOf: (input: BatchInput) => AsyncIterable<RawRow>;
  readonly nowMs: () => number;
};

/** An input that is not there, or none of whose rows can be told; row 0 is the header. */
export class UnreadableInput extends Error {
  override readonly name = 'UnreadableInput';
  readonly told: RowError;

  constructor(told: RowError) {
    super(told.reason);
    this.told = told;
  }
}

class TooManyRows extends Error {
  override readonly name = 'TooManyRows';
}

/** What comes next: the chunks, or at once the end; nothing where nobody wants the batch any more or it has failed. */
export type PlanOutcome = 'make' | 'finish' | 'stop';

/**
 * Reads all rows, and writes down those to be made, chunk by chunk, and those that cannot be. A retry leaves out what an
 * earlier run made. Doing it again writes the same files and counts nothing twice.
 */
export async function planBatch(deps: PlanDeps, { workspaceId, id, run }: BatchRun): Promise<PlanOutcome> {
  const batch = await deps.batches.find(workspaceId, id);
  if (batch === null || batch.run !== run || !isOpen(batch.state)) return 'stop';
  // Whoever planned it was cut off before saying so.
  if (batch.state.status === 'running' && batch.state.phase === 'making') return 'make';
  const planning = { status: 'running', phase: 'planning', startedAtMs: deps.nowMs() } as const;
  if (!(await deps.batches.change(batch, planning))) return 'stop';
  try {
    return await writePlan(deps, batch);
  } catch (error) {
    const failure = failureOf(error);
    if (failure === null) throw error;
    if (error instanceof UnreadableInput)
      await deps.files.write(errorsKey(batch), CSV, oneText(errorsCsv([error.told])));
    return fail(deps, batch, failure);
  }
}

function failureOf(error: unknown): BatchFailure | null {
  if (error instanceof UnreadableInput) return 'unreadable';
  return error instanceof TooManyRows ? 'too_many_rows' : null;
}

async function fail(deps: PlanDeps, batch: Batch, failure: BatchFailure): Promise<'stop'> {
  const isWanted = await deps.batches.change(batch, { status: 'failed', endedAtMs: deps.nowMs(), failure });
  if (!isWanted) await leaveNothing(deps, batch);
  return 'stop';
}

async function writePlan(deps: PlanDeps, batch: Batch): Promise<PlanOutcome> {
  const counts = { total: 0, links: 0, valid: 0 };
  const invalid: FailedRow[] = [];
  const made = await rowsMade(deps, batch);
  const terms = { mayMakeLinks: batch.order.mayMakeLinks, nowMs: batch.createdAtMs };
  async function* valid(): AsyncGenerator<Row> {
    for await (const raw of deps.rowsOf(batch.order.input)) {
      counts.total += 1;
      if (counts.total > MAX_ROWS) throw new TooManyRows(`more than ${MAX_ROWS} rows`);
      if (made.has(raw.row)) continue;
      const row = await checkRow(deps, raw, terms);
      if (!isRow(row)) {
        invalid.push({ row: raw.row, errors: row });
        continue;
      }
      counts.valid += 1;
      if (row.content.kind === 'link') counts.links += 1;
      yield row;
    }
  }
  const places: ChunkPlace[] = [];
  await deps.files.write(rowsKey(batch), JSONL, chunksOf(valid(), batch.order.look, places));
  if (counts.total === 0) return fail(deps, batch, 'no_rows');
  await deps.files.write(invalidKey(batch), JSONL, linesOf(invalid));
  const calls = places.map((place) => ({
    workspace_id: batch.workspaceId,
    batch_id: batch.id,
    run: batch.run,
    ...place,
  }));
  await deps.files.write(chunksKey(batch), JSONL, linesOf(calls));
  return settle(deps, batch, { total: counts.total, failed: invalid.length, links: counts.links }, counts.valid);
}

async function settle(
  deps: PlanDeps,
  batch: Batch,
  counts: { readonly total: number; readonly failed: number; readonly links: number },
  valid: number,
): Promise<PlanOutcome> {
  // Nothing is made where it would be taken back.
  const isPointless = valid === 0 || (batch.order.onFailure === 'rollback' && counts.failed > 0);
  const outcome = await deps.work.plan(batch, isPointless ? { ...counts, links: 0 } : counts, deps.nowMs());
  if (outcome === 'full') return fail(deps, batch, 'quota');
  if (outcome === 'ended') {
    await leaveNothing(deps, batch);
    return 'stop';
  }
  return isPointless ? 'finish' : 'make';
}

/** Whoever erased or rolled it back meanwhile may have tidied up before these were written. */
async function leaveNothing({ batches, files }: PlanDeps, batch: Batch): Promise<void> {
  const now = await batches.find(batch.workspaceId, batch.id);
  if (now !== null && !isRolledBack(now)) return;
  for (const key of [rowsKey(batch), invalidKey(batch), chunksKey(batch), errorsKey(batch)]) await files.removeOne(key);
}

/** Numbers of the rows that earlier runs made. */
async function rowsMade({ work, files }: PlanDeps, batch: Batch): Promise<ReadonlySet<number>> {
  const made = new Set<number>();
  if (batch.run === 1) return made;
  for (const { run, chunk, state } of await work.chunks(batch)) {
    if (state !== 'done' || run >= batch.run) continue;
    for (const row of await partRows(files, { ...batch, run }, chunk)) if (isMade(row)) made.add(row.row);
  }
  return made;
}

const JSONL = 'application/jsonl';
const CSV = 'text/csv';
const LINES_AT_ONCE = 500;

async function* linesOf(values: readonly unknown[]): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < values.length; index += LINES_AT_ONCE)
    yield Buffer.from(
      values
        .slice(index, index + LINES_AT_ONCE)
        .map((value) => `${JSON.stringify(value)}\n`)
        .join(''),
    );
}

async function* oneText(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
