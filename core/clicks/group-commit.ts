import type { ClickSink } from '../links/visit.ts';
import type { ClickEvent } from './row.ts';

/** The click stream. Answers which clicks (by index) it refused; throws when it does not answer in time. */
export type ClickStream = { put(clicks: readonly ClickEvent[], timeoutMs: number): Promise<readonly number[]> };
/** Takes clicks while the stream cannot; its own stream feeds them back. Throws when it does not answer. */
export type ClickSpool = { put(clicks: readonly ClickEvent[]): Promise<void> };

/** Kinesis PutRecords takes at most 500 records. */
export const MAX_COMMIT = 500;
/** Design: when the stream takes over 100 ms the spool takes the clicks instead. */
export const STREAM_DEADLINE_MS = 100;
/** After a failure the stream is left alone this long, so that a dead stream does not cost each visit its deadline. */
export const STREAM_REST_MS = 1_000;
/** Commits under way at once: enough that one slow answer of the stream does not hold up every visit behind it. */
export const MAX_IN_FLIGHT = 4;

/**
 * Group commit: clicks leave at the end of the turn of the event loop they came in, together; what arrives while all
 * lines are busy shares the next. Every `record` settles only when its click is on the stream, in the spool, or — with both gone — in
 * the log through `lastResort`, from where it can be replayed. It never rejects: a visit is never lost to counting.
 */
export function groupCommit(deps: {
  readonly stream: ClickStream;
  readonly spool: ClickSpool;
  readonly lastResort: (clicks: readonly ClickEvent[], cause: unknown) => void;
  readonly nowMs: () => number;
}): ClickSink {
  let waiting: { readonly click: ClickEvent; readonly done: () => void }[] = [];
  let inFlight = 0;
  let restUntilMs = 0;
  let isScheduled = false;

  const spool = async (clicks: readonly ClickEvent[]): Promise<void> => {
    try {
      await deps.spool.put(clicks);
    } catch (error) {
      deps.lastResort(clicks, error);
    }
  };

  /** The stream's refusals are sent once more; what it refuses again is spooled. */
  const putOnStream = async (clicks: readonly ClickEvent[]): Promise<readonly ClickEvent[]> => {
    const deadlineMs = deps.nowMs() + STREAM_DEADLINE_MS;
    let rest = clicks;
    for (let attempt = 0; attempt < 2 && rest.length > 0; attempt += 1) {
      const remainingMs = deadlineMs - deps.nowMs();
      if (remainingMs <= 0) break;
      const refused = await deps.stream.put(rest, remainingMs);
      rest = refused.flatMap((index) => rest[index] ?? []);
    }
    return rest;
  };

  const commit = async (clicks: readonly ClickEvent[]): Promise<void> => {
    if (deps.nowMs() < restUntilMs) return spool(clicks);
    try {
      const refused = await putOnStream(clicks);
      if (refused.length > 0) await spool(refused);
    } catch {
      // The stream may have taken them all the same: counting knows a click by its id, so sending twice is safe.
      restUntilMs = deps.nowMs() + STREAM_REST_MS;
      await spool(clicks);
    }
  };

  const flush = async (): Promise<void> => {
    isScheduled = false;
    const batch = waiting.slice(0, MAX_COMMIT);
    waiting = waiting.slice(MAX_COMMIT);
    inFlight += 1;
    scheduleIfWaiting();
    await commit(batch.map(({ click }) => click));
    inFlight -= 1;
    for (const { done } of batch) done();
    scheduleIfWaiting();
  };

  /** At the end of this turn of the event loop: visits that came in together leave together, a lone one waits for nothing. */
  const scheduleIfWaiting = (): void => {
    if (isScheduled || waiting.length === 0 || inFlight >= MAX_IN_FLIGHT) return;
    isScheduled = true;
    setImmediate(() => void flush());
  };

  return {
    record: (click) =>
      new Promise((done) => {
        waiting.push({ click, done });
        scheduleIfWaiting();
      }),
  };
}
