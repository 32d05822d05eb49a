import type { Batch } from './batch.ts';
import { BATCH_PHASES, isOpen } from './batch.ts';

/**
 * How long the rows that are left take, in whole seconds, at the pace of those that were made: rows that fail do so all at once
 * while they are planned. Null where that cannot be told: before the first is made, once all are counted, and in a retry, whose
 * counts begin with those of earlier runs.
 */
export function etaSeconds({ state, progress, run }: Batch, nowMs: number): number | null {
  const { total, done, failed } = progress;
  if (state.status !== 'running' || state.phase !== 'making' || run > 1) return null;
  if (total === null || done === 0) return null;
  const msPerRow = (nowMs - state.startedAtMs) / done;
  return Math.ceil(((total - done - failed) * msPerRow) / 1_000);
}

/** `run-stage-rows`: never falls from one look at a batch to the next. What a later one tells holds all that an earlier one told. */
export function progressId({ state, progress, run }: Batch): string {
  return `${run}-${stageOf(state)}-${progress.done + progress.failed}`;
}

function stageOf(state: Batch['state']): number {
  if (!isOpen(state)) return BATCH_PHASES.length + 1;
  return state.status === 'running' ? BATCH_PHASES.indexOf(state.phase) + 1 : 0;
}

/** Whether a text from outside can be such an id. */
export const couldBeProgressId = (text: string): boolean => /^\d{1,6}-\d-\d{1,6}$/.test(text);
