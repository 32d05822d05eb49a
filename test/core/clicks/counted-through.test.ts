import type { ShardMarks } from '../../../core/clicks/counted-through.ts';
import { countedThrough, FRESH_MS, shardProgress } from '../../../core/clicks/counted-through.ts';
import { NOW_MS } from '../../fixtures/links.ts';

const SHARD = 'shardId-000000000003';
const away = () => Promise.reject(new Error('away'));
const fresh = { oldestMs: NOW_MS - 500, newestMs: NOW_MS - 100 };
const old = { oldestMs: NOW_MS - 90_000, newestMs: NOW_MS - 60_000 };

function world({ isAway = false } = {}) {
  const marks = new Map<string, number>();
  const calls: string[] = [];
  const failed: unknown[] = [];
  let nowMs = NOW_MS;
  const store: ShardMarks = {
    async markBehind(shardId, throughMs) {
      calls.push('mark');
      if (isAway) return away();
      marks.set(shardId, throughMs);
    },
    async clear(shardId) {
      calls.push('clear');
      if (isAway) return away();
      marks.delete(shardId);
    },
  };
  const progress = shardProgress({ marks: store, nowMs: () => nowMs, failed: (cause) => failed.push(cause) });
  return {
    progress,
    marks,
    calls,
    failed,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe('Counted through', () => {
  it.each([
    [[], NOW_MS - FRESH_MS],
    [[NOW_MS - 60_000, NOW_MS - 30_000], NOW_MS - 60_000],
    [[NOW_MS - 1], NOW_MS - FRESH_MS],
  ])('is, with shards behind at %j, %i', (marksMs, throughMs) => {
    expect(countedThrough(marksMs, NOW_MS)).toBe(throughMs);
  });
});

describe('A shard', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('that keeps up has no mark, and after its first batch costs no write', async () => {
    const { progress, marks, calls } = world();
    for (let batch = 0; batch < 3; batch += 1) await progress(SHARD, fresh, async () => {});
    expect([marks.size, calls]).toEqual([0, ['clear']]);
  });

  it('whose batch comes late is marked while it is counted, and as far as it came afterwards', async () => {
    const { progress, marks } = world();
    const seen: (number | undefined)[] = [];
    await progress(SHARD, old, async () => {
      await jest.advanceTimersByTimeAsync(1);
      seen.push(marks.get(SHARD));
    });
    expect([seen, marks.get(SHARD)]).toEqual([[old.oldestMs], old.newestMs]);
  });

  it('that has caught up loses its mark', async () => {
    const { progress, marks } = world();
    await progress(SHARD, old, async () => {});
    await progress(SHARD, fresh, async () => {});
    expect(marks.size).toBe(0);
  });

  it('is marked as soon as counting its batch takes long', async () => {
    const { progress, marks, pass } = world();
    const seen: (number | undefined)[] = [];
    await progress(SHARD, fresh, async () => {
      await jest.advanceTimersByTimeAsync(FRESH_MS - 600);
      seen.push(marks.get(SHARD));
      await jest.advanceTimersByTimeAsync(200);
      seen.push(marks.get(SHARD));
      pass(FRESH_MS);
    });
    expect(seen).toEqual([undefined, fresh.oldestMs]);
    expect(marks.get(SHARD)).toBe(fresh.newestMs);
  });

  it('is marked when its batch fails, and the failure goes on', async () => {
    const { progress, marks } = world();
    await expect(progress(SHARD, fresh, away)).rejects.toThrow('away');
    expect(marks.get(SHARD)).toBe(fresh.oldestMs);
  });

  it('is counted also where its mark cannot be written, which is told and tried again', async () => {
    const { progress, failed, calls } = world({ isAway: true });
    let batches = 0;
    for (const arrivals of [old, fresh, fresh])
      await progress(SHARD, arrivals, async () => {
        batches += 1;
      });
    expect(batches).toBe(3);
    expect(calls.filter((call) => call === 'clear')).toHaveLength(2);
    expect(failed.length).toBe(calls.length);
  });
});
