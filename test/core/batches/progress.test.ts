import type { Batch, BatchState } from '../../../core/batches/batch.ts';
import { couldBeProgressId, etaSeconds, progressId } from '../../../core/batches/progress.ts';
import { aBatch } from '../../fixtures/batches.ts';
import { NOW_MS } from '../../fixtures/links.ts';

const running = (phase: 'planning' | 'making' | 'finishing'): BatchState => ({
  status: 'running',
  phase,
  startedAtMs: NOW_MS,
});
const at = (state: BatchState, done: number, failed = 0, more: Partial<Batch> = {}): Batch =>
  aBatch({ state, progress: { total: 100, done, failed }, ...more });

describe('the time that is left', () => {
  it.each<[string, Batch, number | null]>([
    ['goes by the pace of the rows that were made', at(running('making'), 15, 5), 54],
    ['cannot be told while rows have only failed, most of them before any was made', at(running('making'), 0, 9), null],
    ['is nothing when all are counted', at(running('making'), 100), 0],
    ['is whole seconds', at(running('making'), 99), 1],
    ['cannot be told before the first row', at(running('making'), 0), null],
    ['cannot be told while rows are read', at(running('planning'), 0, 9), null],
    ['cannot be told of a retry, which counts what was there before', at(running('making'), 50, 0, { run: 2 }), null],
    ['is none where nothing runs', at({ status: 'queued' }, 0), null],
    ['cannot be told of rows nobody counted', aBatch({ state: running('making') }), null],
  ])('%s', (_, batch, seconds) => {
    expect(etaSeconds(batch, NOW_MS + 10_000)).toBe(seconds);
  });
});

describe('the id of a progress', () => {
  it('rises with what happens to a batch', () => {
    const life = [
      at({ status: 'queued' }, 0),
      at(running('planning'), 0),
      at(running('making'), 0, 3),
      at(running('making'), 50, 3),
      at(running('making'), 50, 4),
      at(running('finishing'), 97, 3),
      at({ status: 'succeeded_with_errors', startedAtMs: NOW_MS, endedAtMs: NOW_MS, bytes: 1 }, 97, 3),
      at({ status: 'queued' }, 97, 0, { run: 2 }),
    ];
    const numbers = life.map((batch) => progressId(batch).split('-').map(Number));
    const rank = ([run = 0, stage = 0, rows = 0]: readonly number[]): number => (run * 10 + stage) * 1e6 + rows;
    expect(numbers.map(rank)).toEqual(numbers.map(rank).toSorted((one, other) => one - other));
    expect(new Set(numbers.map(rank)).size).toBe(life.length);
    for (const batch of life) expect(couldBeProgressId(progressId(batch))).toBe(true);
  });

  it.each(['', '1', '1-2', '1-2-x', '1-22-3', '1-2-3-4', '1-2-3\n', ' 1-2-3', '1-2-12345678'])(
    'is never %j',
    (text) => {
      expect(couldBeProgressId(text)).toBe(false);
    },
  );
});
