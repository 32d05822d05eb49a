import type { Batch, BatchState } from '../../../core/batches/batch.ts';
import type { SettleDeps } from '../../../core/batches/settle-batch.ts';
import { settle, settled } from '../../../core/batches/settle-batch.ts';
import { sweepBatches } from '../../../core/batches/sweep-batches.ts';
import { aBatch, BATCH_NOW_MS } from '../../fixtures/batches.ts';

type Run = 'unknown' | 'running' | 'ended';
const never = (): never => {
  throw new Error('Not expected');
};

/** Batches in memory, whose runs are all found to be so; `calls` is what was done about them. */
function world(batches: readonly Batch[], runOf: (batch: { readonly id: string }) => Run) {
  const stored = new Map(batches.map((batch) => [batch.id, batch]));
  const calls: string[] = [];
  const deps: SettleDeps = {
    batches: {
      create: never,
      list: never,
      openIds: never,
      retry: never,
      find: async (_, id) => stored.get(id) ?? null,
      async *unsettled() {
        yield [...stored.values(), aBatch({ id: 'bat_gone' })];
      },
      async change({ id }, state, { cleanup } = {}) {
        const batch = stored.get(id) ?? never();
        stored.set(id, { ...batch, state, cleanup: cleanup === true ? 'pending' : batch.cleanup });
        return true;
      },
    },
    runs: {
      look: async (batch) => runOf(batch),
      start: async ({ id }) => void calls.push(`start ${id}`),
      startTidying: async ({ id }) => void calls.push(`tidy ${id}`),
      stop: never,
    },
    nowMs: () => BATCH_NOW_MS,
  };
  return { deps, calls, stored };
}

const running = (forMs: number): BatchState => ({
  status: 'running',
  phase: 'making',
  startedAtMs: BATCH_NOW_MS - forMs,
});
const cancelled = (forMs: number): BatchState => ({ status: 'cancelled', endedAtMs: BATCH_NOW_MS - forMs });
const queued = (forMs: number) => ({ createdAtMs: BATCH_NOW_MS - forMs });

describe('a batch', () => {
  it.each<[string, Partial<Batch>, Run, string, readonly string[]]>([
    ['whose run died has failed, and is tidied up', { state: running(5_000) }, 'ended', 'failed', ['tidy bat_01']],
    ['that is being made is left alone', { state: running(5_000) }, 'running', 'running', []],
    ['whose run is not known yet is left alone', { state: running(59_000) }, 'unknown', 'running', []],
    ['whose run is long not known has failed', { state: running(60_000) }, 'unknown', 'failed', ['tidy bat_01']],
    ['that has just begun is left alone', { state: running(4_999) }, 'ended', 'running', []],
    ['that nobody began is begun', queued(5_000), 'unknown', 'queued', ['start bat_01']],
    ['that was just ordered is left alone', queued(4_999), 'unknown', 'queued', []],
    ['whose run ended before it began has failed', queued(5_000), 'ended', 'failed', ['tidy bat_01']],
    [
      'that nobody tidied up is tidied up',
      { state: cancelled(5_000), cleanup: 'pending' },
      'ended',
      'cancelled',
      ['tidy bat_01'],
    ],
    [
      'whose own run still tidies up is left to it',
      { state: cancelled(5_000), cleanup: 'pending' },
      'running',
      'cancelled',
      [],
    ],
    ['that is tidied up is left alone', { state: cancelled(5_000), cleanup: 'done' }, 'ended', 'cancelled', []],
  ])('%s', async (_, members, run, status, wanted) => {
    const batch = aBatch(members);
    const { deps, calls } = world([batch], () => run);
    expect((await settle(deps, batch)).state.status).toBe(status);
    expect(calls).toEqual(wanted);
  });

  it('is shown as it was to who reads it while Step Functions is away', async () => {
    const batch = aBatch({ state: running(5_000) });
    expect(await settled(world([batch], never).deps, batch)).toBe(batch);
  });
});

it('a sweep settles all, past one that fails, and then says that one did', async () => {
  const batches = ['bat_01', 'bat_02', 'bat_03'].map((id) => aBatch({ id, state: running(5_000) }));
  const { deps, calls } = world(batches, ({ id }) => (id === 'bat_02' ? never() : 'ended'));
  await expect(sweepBatches(deps)).rejects.toThrow('Not expected');
  expect(calls).toEqual(['tidy bat_01', 'tidy bat_03']);
});
