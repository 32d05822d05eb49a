import type { LiveClick } from './live-click.ts';
import { liveClickOf } from './live-click.ts';
import type { CountedBatch, LiveFeed } from './live-feed.ts';
import type { LiveLog } from './live-log.ts';
import { numberAfter } from './live-log.ts';
import type { WatchStore } from './live-watch.ts';
import { CLOCK_SKEW_MS, isWatched } from './live-watch.ts';
import type { Click } from './row.ts';

/** Later than this a replayed click is not filed any more: whether it was before is forgotten by then. */
export const REPLAY_MS = 10 * 60_000;
/** An item has at most 400 KB; characters of JSON are up to three bytes each. */
const MAX_ENTRY_CHARACTERS = 100_000;
const MAX_ATTEMPTS = 50;

export type FileLiveDeps = {
  readonly log: LiveLog;
  readonly watches: Pick<WatchStore, 'readMany'>;
  readonly nowMs: () => number;
  readonly random: () => number;
  readonly sleep: (delayMs: number) => Promise<unknown>;
};

/**
 * Files what was counted into the logs of the workspaces that are watched. A click is filed once: before a log is written
 * to, the part of it is read in which the click could stand already. Where that is depends on the click. One that this
 * call counted can only have been filed since it began; a replayed one at any time since the visit.
 */
export const fileLive = (deps: FileLiveDeps): LiveFeed => ({
  async file({ startedAtMs, counted, known }) {
    const recent = known.filter(({ at_ms }) => at_ms > deps.nowMs() - REPLAY_MS);
    const byWorkspace = Map.groupBy([...counted, ...recent], ({ workspace_id }) => workspace_id);
    if (byWorkspace.size === 0) return;
    const watches = await deps.watches.readMany([...byWorkspace.keys()]);
    const replayed = new Set(recent);
    await Promise.all(
      [...byWorkspace].map(async ([workspaceId, clicks]) => {
        const watch = watches.get(workspaceId);
        if (watch === undefined || !isWatched(watch, deps.nowMs())) return;
        const sinceMs = Math.min(startedAtMs, ...clicks.filter((click) => replayed.has(click)).map(visitedAt));
        await fileInto(deps, workspaceId, clicks, sinceMs - CLOCK_SKEW_MS);
      }),
    );
  },
});

const visitedAt = ({ at_ms }: Click): number => at_ms;

async function fileInto(
  { log, nowMs, random, sleep }: FileLiveDeps,
  workspaceId: string,
  clicks: CountedBatch['counted'],
  filedSinceMs: number,
): Promise<void> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const tail = await log.readTail(workspaceId, filedSinceMs);
    const filed = new Set(tail.entries.flatMap((entry) => entry.clicks.map(({ id }) => id)));
    const parts = inEntries(clicks.filter(({ id }) => !filed.has(id)).map(liveClickOf));
    let previous = tail.number;
    let wasFirst = true;
    for (const part of parts) {
      const filedAtMs = nowMs();
      const number = numberAfter(previous, filedAtMs);
      wasFirst = await log.append(workspaceId, { number, previous, filedAtMs, clicks: part });
      if (!wasFirst) break;
      previous = number;
    }
    if (wasFirst) return;
    // Spreads the writers that met.
    await sleep(5 + random() * 20);
  }
  throw new Error(`Filing live clicks stayed contended through ${MAX_ATTEMPTS} attempts`);
}

/** Cuts clicks into lists that fit an item each. */
function inEntries(clicks: readonly LiveClick[]): readonly (readonly LiveClick[])[] {
  const entries: LiveClick[][] = [];
  let characters = MAX_ENTRY_CHARACTERS;
  for (const click of clicks) {
    const length = JSON.stringify(click).length;
    if (characters + length > MAX_ENTRY_CHARACTERS) {
      entries.push([]);
      characters = 0;
    }
    entries.at(-1)?.push(click);
    characters += length;
  }
  return entries;
}
