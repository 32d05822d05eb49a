import type { Batch, BatchState } from '../../../core/batches/batch.ts';
import { retryBatch } from '../../../core/batches/own-batches.ts';
import type { SettleDeps } from '../../../core/batches/settle-batch.ts';
import { aBatch, aBatchOrder, BATCH_NOW_MS } from '../../fixtures/batches.ts';

const POWERS = { plan: 'pro', mayMakeLinks: false } as const;
const never = (): never => {
  throw new Error('Not expected');
};

/** A store of that one batch; `queued` are the batches whose next run it was asked for. */
function world(batch: Batch) {
  const queued: Batch[] = [];
  const deps: SettleDeps = {
    batches: {
      create: never,
      list: never,
      openIds: never,
      unsettled: never,
      change: never,
      find: async () => batch,
      retry: async (asked) => {
        queued.push(asked);
        return 'queued';
      },
    },
    runs: { look: async () => 'running', start: async () => undefined, startTidying: never, stop: never },
    nowMs: () => BATCH_NOW_MS,
  };
  return { deps, queued };
}

describe('A retry', () => {
  it('is of the order as it was, but for plan and powers, which are those of whoever asks for it', async () => {
    const order = aBatchOrder({ plan: 'free', mayMakeLinks: true, force: true });
    const state: BatchState = { status: 'failed', endedAtMs: BATCH_NOW_MS, failure: 'quota' };
    const batch = aBatch({ order, state });
    const { deps, queued } = world(batch);
    await retryBatch(deps, batch.workspaceId, batch.id, POWERS);
    expect(queued).toEqual([{ ...batch, order: { ...order, ...POWERS } }]);
  });

  it.each<[string, Partial<Batch>]>([
    ['is open', { state: { status: 'running', phase: 'making', startedAtMs: BATCH_NOW_MS } }],
    ['has all its rows', { state: { status: 'succeeded', startedAtMs: 0, endedAtMs: BATCH_NOW_MS, bytes: 1 } }],
    ['is still tidied up', { state: { status: 'cancelled', endedAtMs: BATCH_NOW_MS }, cleanup: 'pending' }],
  ])('is none of a batch that %s', async (_, members) => {
    const { deps, queued } = world(aBatch(members));
    await expect(retryBatch(deps, 'ws_1', 'bat_01', POWERS)).rejects.toMatchObject({ word: 'BATCH_NOT_RETRYABLE' });
    expect(queued).toEqual([]);
  });
});
