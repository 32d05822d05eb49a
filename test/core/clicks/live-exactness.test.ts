import { setImmediate as turn } from 'node:timers/promises';
import { newClickId } from '../../../core/clicks/click-id.ts';
import { fileLive } from '../../../core/clicks/file-live.ts';
import type { CountedBatch } from '../../../core/clicks/live-feed.ts';
import type { LivePosition } from '../../../core/clicks/live-position.ts';
import { decodePosition, encodePosition } from '../../../core/clicks/live-position.ts';
import type { Click } from '../../../core/clicks/row.ts';
import { watchLive } from '../../../core/clicks/watch-live.ts';
import { aClick } from '../../fixtures/clicks.ts';
import { type MemoryLive, memoryLive } from '../../fixtures/memory-live.ts';
import { seededRandom } from '../../fixtures/seeded-random.ts';

/**
 * Several followers write at once, out of order, die between counting and filing, and replay; watchers read, are cut off in
 * the middle of what was sent, and resume. Each of them gets every click once, and all in the same order.
 */
const FOLLOWERS = 4;
const WATCHERS = 3;
const CLICKS = 120;
const START_MS = Date.UTC(2026, 10, 21);

type World = {
  readonly random: () => number;
  readonly live: MemoryLive;
  readonly pause: () => Promise<void>;
  /** Each follower's clock is up to half a second off. */
  readonly clock: (offMs?: number) => () => number;
};

function newWorld(seed: number): World {
  const random = seededRandom(seed);
  let nowMs = START_MS;
  const pause = async (): Promise<void> => {
    nowMs += Math.floor(random() * 10);
    for (let turns = Math.floor(random() * 6); turns > 0; turns -= 1) await turn();
  };
  return {
    random,
    pause,
    live: memoryLive(pause),
    clock:
      (offMs = 0) =>
      () =>
        nowMs + offMs,
  };
}

/** Takes batches of a queue until all of them are filed. What dies is replayed later, cut in two as Lambda bisects. */
async function follow(world: World, queue: Click[][], counted: Set<string>): Promise<void> {
  const { random, live, pause, clock } = world;
  const nowMs = clock(Math.round(random() * 1_000 - 500));
  const feed = fileLive({ ...live, nowMs, random, sleep: pause });
  for (;;) {
    const batch = queue.shift();
    if (batch === undefined) return;
    const startedAtMs = nowMs();
    await pause();
    const fresh = batch.filter(({ id }) => !counted.has(id));
    for (const { id } of fresh) counted.add(id);
    await pause();
    const dies = random() < 0.3;
    const result: CountedBatch = {
      startedAtMs,
      counted: fresh,
      known: batch.filter((click) => !fresh.includes(click)),
    };
    if (!dies || random() < 0.5) await feed.file(result);
    if (!dies) continue;
    const middle = Math.ceil(batch.length / 2);
    queue.push(...[batch.slice(0, middle), batch.slice(middle)].filter((half) => half.length > 0));
  }
}

/** Reads as a client does: what was sent when the line broke was seen, the rest was not, and the last id is all it keeps. */
async function watch(world: World, isOver: () => boolean): Promise<readonly string[]> {
  const { random, live, pause, clock } = world;
  const seen: string[] = [];
  let lastEventId: string | null = null;
  for (;;) {
    const after: LivePosition | null = lastEventId === null ? null : decodePosition(lastEventId);
    const newWatcherId = (): string => String(random());
    const view = await watchLive({ ...live, nowMs: clock(), newWatcherId }, { workspaceId: 'ws_1', link: null, after });
    expect(view.isComplete).toBe(true);
    lastEventId ??= encodePosition(view.position());
    for (let breaks = false; !breaks; ) {
      const wasOver = isOver();
      const arrived = await view.next();
      breaks = random() < 0.2;
      const sent = breaks ? arrived.slice(0, Math.floor(random() * (arrived.length + 1))) : arrived;
      for (const { click, position } of sent) {
        seen.push(click.id);
        lastEventId = encodePosition(position);
      }
      if (wasOver && !breaks) return seen;
      expect(await view.renew()).toBe(true);
      await pause();
    }
    if (random() < 0.5) await view.close();
  }
}

async function run(seed: number) {
  const world = newWorld(seed);
  const { random, clock } = world;
  let isOver = false;
  const watching = Array.from({ length: WATCHERS }, () => watch(world, () => isOver));
  // Clicks that are made before the watchers are ready are promised to nobody.
  for (let turns = 0; turns < 500; turns += 1) await turn();
  const clicks = Array.from({ length: CLICKS }, () => aClick({ id: newClickId(clock()()), at_ms: clock()() }));
  const queues = Array.from({ length: FOLLOWERS }, (): Click[][] => []);
  for (const click of clicks) {
    const queue = queues[Math.floor(random() * FOLLOWERS)];
    const last = queue?.at(-1);
    if (last !== undefined && random() < 0.7) last.push(click);
    else queue?.push([click]);
    // A producer that puts a click twice.
    if (random() < 0.05) queue?.push([click]);
  }
  const counted = new Set<string>();
  await Promise.all(queues.map((queue) => follow(world, queue, counted)));
  isOver = true;
  return { clicks: clicks.map(({ id }) => id), seen: await Promise.all(watching) };
}

test.each(Array.from({ length: 40 }, (_, seed) => seed))(
  'whatever happens on the way, everyone who watches gets each click once, in the order of all others (seed %i)',
  async (seed) => {
    const { clicks, seen } = await run(seed);
    for (const ids of seen) expect([...ids].sort()).toEqual([...clicks].sort());
    expect(new Set(seen.map((ids) => ids.join())).size).toBe(1);
  },
);
