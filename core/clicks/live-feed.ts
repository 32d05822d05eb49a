import type { Click } from './row.ts';

/** What counting a batch of the stream came to. */
export type CountedBatch = {
  /** Epoch milliseconds before the first of them was counted. */
  readonly startedAtMs: number;
  /** Counted by this call. */
  readonly counted: readonly Click[];
  /**
   * Had been counted before: the batch is a replay, and whoever counted them may have died before filing them. Clicks of
   * erased links are in neither list.
   */
  readonly known: readonly Click[];
};

/** Where those who watch a workspace live hear of its clicks. */
export type LiveFeed = {
  /**
   * Files the clicks of watched workspaces, each once, however often its batch is replayed; costs one read where nobody
   * watches. Call it once a batch was counted, and count again — all will be `known` — where it rejects.
   */
  file(batch: CountedBatch): Promise<void>;
};
