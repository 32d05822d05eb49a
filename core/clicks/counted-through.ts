/**
 * What is known of how far counting has come. A shard is marked as soon as its counter holds a record that is older than
 * FRESH_MS and not yet counted, and until it has caught up; a shard that is idle or keeps up has no mark and costs no write. So
 * "everything up to there is in" holds for all that reached the stream, unless the counter is not called at all (which
 * the alarm on the age of records tells).
 */
export const FRESH_MS = 10_000;

export type ShardMarks = {
  /** All clicks of the shard that arrived before are counted, later ones may not be. */
  markBehind(shardId: string, throughMs: number): Promise<void>;
  clear(shardId: string): Promise<void>;
};

/** Every click that reached the stream by then is counted. */
export const countedThrough = (marksMs: readonly number[], nowMs: number): number =>
  Math.min(nowMs - FRESH_MS, ...marksMs);

export type Arrivals = { readonly oldestMs: number; readonly newestMs: number };

/**
 * Counts a batch of a shard, and marks the shard while it is behind: at once when the batch comes late, when counting it
 * takes long or fails, and afterwards when even its newest record is old. A mark that cannot be written is no reason not
 * to count: `failed` is told, and the next batch tries again.
 */
export function shardProgress(deps: {
  readonly marks: ShardMarks;
  readonly nowMs: () => number;
  readonly failed: (cause: unknown) => void;
}) {
  /** Shards that may have a mark: all that this process has not seen without. */
  const clear = new Set<string>();

  const mark = async (shardId: string, throughMs: number): Promise<void> => {
    clear.delete(shardId);
    await deps.marks.markBehind(shardId, throughMs).catch(deps.failed);
  };
  const unmark = async (shardId: string): Promise<void> => {
    if (clear.has(shardId)) return;
    try {
      await deps.marks.clear(shardId);
      clear.add(shardId);
    } catch (error) {
      deps.failed(error);
    }
  };

  return async (shardId: string, { oldestMs, newestMs }: Arrivals, count: () => Promise<void>): Promise<void> => {
    const marking: Promise<void>[] = [];
    const markOldest = (): void => {
      if (marking.length === 0) marking.push(mark(shardId, oldestMs));
    };
    const timer = setTimeout(markOldest, Math.max(0, oldestMs + FRESH_MS - deps.nowMs()));
    try {
      await count();
    } catch (error) {
      markOldest();
      throw error;
    } finally {
      clearTimeout(timer);
      await Promise.all(marking);
    }
    if (newestMs + FRESH_MS <= deps.nowMs()) await mark(shardId, newestMs);
    else await unmark(shardId);
  };
}
