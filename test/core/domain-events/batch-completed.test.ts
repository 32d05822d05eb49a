import type { Batch, BatchState } from '../../../core/batches/batch.ts';
import { BATCH_STATUSES } from '../../../core/batches/batch.ts';
import { ENDED_STATUSES } from '../../../core/batches/ended-statuses.ts';
import { batchCompleted } from '../../../core/domain-events/batch-completed.ts';
import { encodeDomainEvent } from '../../../core/domain-events/domain-event.ts';
import { aBatch, BATCH_NOW_MS } from '../../fixtures/batches.ts';

const [startedAtMs, endedAtMs] = [BATCH_NOW_MS + 1_000, BATCH_NOW_MS + 5_250];
const SUCCEEDED = { status: 'succeeded', startedAtMs, endedAtMs, bytes: 9 } as const;
const ended = (overrides: Partial<Batch> = {}) =>
  aBatch({ state: SUCCEEDED, progress: { total: 3, done: 3, failed: 0 }, ...overrides });

describe('The end of a batch', () => {
  it('is told as an envelope of ids and numbers', () => {
    const event = batchCompleted(ended());
    expect(event && JSON.parse(encodeDomainEvent(event))).toEqual({
      id: expect.stringMatching(/^evt_[0-9a-z]{22}$/) as string,
      type: 'qr.batch_completed',
      version: 1,
      occurred_at: '2026-11-21T12:00:05.250Z',
      workspace_id: 'ws_1',
      data: { batch_id: 'bat_01', run: 1, status: 'succeeded', reason: null, total: 3, done: 3, failed: 0 },
    });
  });

  it.each<[state: BatchState, told: object]>([
    [
      { ...SUCCEEDED, status: 'succeeded_with_errors' },
      { status: 'succeeded_with_errors', reason: null },
    ],
    [
      { status: 'failed', endedAtMs, failure: 'rolled_back' },
      { status: 'failed', reason: 'rolled_back' },
    ],
    [
      { status: 'failed', endedAtMs, failure: 'unreadable' },
      { status: 'failed', reason: 'unreadable' },
    ],
    [
      { status: 'cancelled', endedAtMs },
      { status: 'cancelled', reason: null },
    ],
  ])('as %j says so', (state, told) => {
    expect(batchCompleted(ended({ state }))).toMatchObject({ occurredAtMs: endedAtMs, data: told });
  });

  it('has numbers as they stand, none where its rows were never counted', () => {
    const progress = { total: null, done: 0, failed: 0 };
    const state = { status: 'failed', endedAtMs, failure: 'unreadable' } as const;
    expect(batchCompleted(ended({ state, progress }))?.data).toMatchObject(progress);
  });

  it('has one id, whoever tells it and however often, and another for each run and each batch', () => {
    const ids = [ended(), ended({ cleanup: 'done' }), ended({ run: 2 }), ended({ id: 'bat_02' })].map(
      (batch) => batchCompleted(batch)?.id,
    );
    expect(ids[1]).toBe(ids[0]);
    expect(new Set(ids).size).toBe(3);
  });

  it('is nothing while it is open', () => {
    const running = { status: 'running', phase: 'finishing', startedAtMs } as const;
    expect([aBatch(), aBatch({ state: running })].map(batchCompleted)).toEqual([null, null]);
  });

  it('is every status but the open ones', () => {
    expect(BATCH_STATUSES.filter((status) => !(ENDED_STATUSES as readonly string[]).includes(status))).toEqual([
      'queued',
      'running',
    ]);
  });
});
