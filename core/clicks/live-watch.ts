import { Failure } from '../errors.ts';

/** Who watches a workspace live. */
export type Watch = {
  /** Since when it was watched without a break: clicks counted since then were filed. */
  readonly sinceMs: number;
  /** Clicks are filed until then, whoever leaves: time to come back in. */
  readonly untilMs: number;
  /** Id of each open stream → until when it counts as open. */
  readonly watchers: Readonly<Record<string, number>>;
  /** Counts the changes, from 1. */
  readonly version: number;
};

export type WatchStore = {
  read(workspaceId: string): Promise<Watch | null>;
  readMany(workspaceIds: readonly string[]): Promise<ReadonlyMap<string, Watch>>;
  /** Puts the watch in the place of the version before it; false where that is not there any more. */
  replace(workspaceId: string, watch: Watch): Promise<boolean>;
};

export const LEASE_MS = 60_000;
export const RENEWAL_MS = 10_000;
/** Each open stream keeps a function busy. */
export const MAX_WATCHERS = 50;
/** Followers file a little longer than was promised: their clocks may differ from the watcher's. */
export const CLOCK_SKEW_MS = 2_000;
const MAX_ATTEMPTS = 20;

export const isWatched = ({ untilMs }: Watch, nowMs: number): boolean => nowMs < untilMs + CLOCK_SKEW_MS;

/**
 * Takes or renews the place of one stream for `LEASE_MS`; the answer's `sinceMs` says whether anything can have been
 * missed. Throws LIMIT_REACHED where the workspace has too many streams.
 */
export function keepWatching(
  store: WatchStore,
  workspaceId: string,
  watcherId: string,
  nowMs: () => number,
): Promise<Watch> {
  return change(store, workspaceId, (previous) => {
    const now = nowMs();
    const open = openWatchers(previous, now);
    if (!(watcherId in open) && Object.keys(open).length >= MAX_WATCHERS) {
      throw new Failure('LIMIT_REACHED', { limit: MAX_WATCHERS });
    }
    const untilMs = now + LEASE_MS;
    const isUnbroken = previous !== null && previous.untilMs >= now;
    return {
      sinceMs: isUnbroken ? previous.sinceMs : now,
      untilMs: Math.max(untilMs, previous?.untilMs ?? 0),
      watchers: { ...open, [watcherId]: untilMs },
      version: (previous?.version ?? 0) + 1,
    };
  });
}

/** Gives the place back. Filing goes on until the lease ends, for whoever comes back. */
export async function stopWatching(
  store: WatchStore,
  workspaceId: string,
  watcherId: string,
  nowMs: () => number,
): Promise<void> {
  await change(store, workspaceId, (previous) => {
    if (previous === null) return null;
    const { [watcherId]: _left, ...watchers } = openWatchers(previous, nowMs());
    return { ...previous, watchers, version: previous.version + 1 };
  });
}

const openWatchers = (watch: Watch | null, nowMs: number): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(watch?.watchers ?? {}).filter(([, untilMs]) => untilMs > nowMs));

/** Reads, alters and replaces until nobody was in between. */
async function change<W extends Watch | null>(
  store: WatchStore,
  workspaceId: string,
  alter: (previous: Watch | null) => W,
): Promise<W> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const previous = await store.read(workspaceId);
    const watch = alter(previous);
    if (watch === null || (await store.replace(workspaceId, watch))) return watch;
  }
  throw new Error(`Watching stayed contended through ${MAX_ATTEMPTS} attempts`);
}
