import type { LiveClick } from './live-click.ts';
import type { LiveLog } from './live-log.ts';
import type { LivePosition } from './live-position.ts';
import type { WatchStore } from './live-watch.ts';
import { keepWatching, stopWatching } from './live-watch.ts';

export type WatchLiveDeps = {
  readonly log: LiveLog;
  readonly watches: WatchStore;
  readonly nowMs: () => number;
  readonly newWatcherId: () => string;
};

export type LiveQuestion = {
  readonly workspaceId: string;
  /** Null for all links of the workspace. */
  readonly link: { readonly domain: string; readonly code: string } | null;
  /** Where an earlier stream ended; null begins with the clicks that are yet to come. */
  readonly after: LivePosition | null;
};

/** A click, and the position of who has read it. */
export type SeenClick = { readonly click: LiveClick; readonly position: LivePosition };

/** One watcher's place in a workspace's live clicks. */
export type LiveView = {
  /** Whether everything that was counted since `after` is still there to be read. */
  readonly isComplete: boolean;
  /** How far `next` has come. */
  position(): LivePosition;
  /** What was filed since the last call; each click once, in the order of filing. */
  next(): Promise<readonly SeenClick[]>;
  /** Keeps clicks being filed; false where they were not for a while, so that the view has to be opened anew. */
  renew(): Promise<boolean>;
  close(): Promise<void>;
};

/** Begins to watch. Every click that is made after this resolves is seen. Throws LIMIT_REACHED. */
export async function watchLive(deps: WatchLiveDeps, { workspaceId, link, after }: LiveQuestion): Promise<LiveView> {
  const { log, watches, nowMs } = deps;
  const watcherId = deps.newWatcherId();
  const { sinceMs } = await keepWatching(watches, workspaceId, watcherId, nowMs);
  let position: LivePosition = { watchedSinceMs: sinceMs, ...(await beginningOf(log, workspaceId, after)) };
  const isMine = (click: LiveClick): boolean =>
    link === null || (click.code === link.code && click.domain === link.domain);

  async function next(): Promise<readonly SeenClick[]> {
    const seen: SeenClick[] = [];
    for (const { number, clicks } of await log.readAfter(workspaceId, position.number)) {
      for (const [index, click] of clicks.entries()) {
        if (index < position.clicks) continue;
        const isLast = index === clicks.length - 1;
        position = isLast ? { ...position, number, clicks: 0 } : { ...position, clicks: index + 1 };
        if (isMine(click)) seen.push({ click, position });
      }
    }
    return seen;
  }

  return {
    isComplete: after === null || (after.watchedSinceMs === sinceMs && (await isUnbroken(log, workspaceId, after))),
    position: () => position,
    next,
    renew: async () => (await keepWatching(watches, workspaceId, watcherId, nowMs)).sinceMs === sinceMs,
    close: () => stopWatching(watches, workspaceId, watcherId, nowMs),
  };
}

const NOTHING_OLDER = Number.POSITIVE_INFINITY;

async function beginningOf(log: LiveLog, workspaceId: string, after: LivePosition | null) {
  if (after !== null) return { number: after.number, clicks: after.clicks };
  return { number: (await log.readTail(workspaceId, NOTHING_OLDER)).number, clicks: 0 };
}

/** Whether the entry behind the position is the next one there was, not the next that is left. */
async function isUnbroken(log: LiveLog, workspaceId: string, { number }: LivePosition): Promise<boolean> {
  const tail = await log.readTail(workspaceId, NOTHING_OLDER);
  if (tail.number <= number) return true;
  const [first] = await log.readAfter(workspaceId, number);
  return first?.previous === number;
}
