import type { ClickSink } from '../links/visit.ts';
import type { Click } from './row.ts';

/** The click stream. Answers which clicks (by index) it refused; throws when it does not answer in time. */
export type ClickStream = { put(clicks: readonly Click[], timeoutMs: number): Promise<readonly number[]> };
/** Takes clicks while the stream cannot; its own stream feeds them back. Throws when it does not answer. */
export type ClickSpool = { put(clicks: readonly Click[]): Promise<void> };

/** Kinesis PutRecords takes at most 500 records. */
export const MAX_COMMIT = 500;
/** Design: when the stream takes over 100 ms the spool takes the clicks instead. */
export const STREAM_DEADLINE_MS = 100;
/** After a failure the stream is left alone this long, so that a dead stream does not cost each visit its deadline. */
export const STREAM_REST_MS = 1_000;
const MAX_IN_FLIGHT = 2;

/**
 * Group commit: a click that finds the line idle leaves at once, alone; clicks that arrive while a commit is under way
 * share the next. Every `record` settles only when its click is on the stream, in the spool, or — with both gone — in
 * the log through `lastResort`, from where it can be replayed. It never rejects: a visit is never lost to counting.
 */
export function groupCommit(deps: {
  readonly stream: ClickStream;
  readonly spool: ClickSpool;
  readonly lastResort: (clicks: readonly Click[], cause: unknown) => void;
  readonly nowMs: () => number;
}): ClickSink {
  let waiting: { readonly click: Click; readonly done: () => void }[] = [];
  let inFlight = 0;
  let restUntilMs = 0;

  const spool = async (clicks: readonly Click[]): Promise<void> => {
    try {
      await deps.spool.put(clicks);
    } catch (error) {
      deps.lastResort(clicks, error);
    }
  };

  /** The stream's refusals are sent once more; what it refuses again is spooled. */
  const putOnStream = async (clicks: readonly Click[]): Promise<readonly Click[]> => {
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

  const commit = async (clicks: readonly Click[]): Promise<void> => {
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
    const batch = waiting.slice(0, MAX_COMMIT);
    waiting = waiting.slice(MAX_COMMIT);
    inFlight += 1;
    await commit(batch.map(({ click }) => click));
    inFlight -= 1;
    for (const { done } of batch) done();
    if (waiting.length > 0 && inFlight < MAX_IN_FLIGHT) void flush();
  };

  return {
    record: (click) =>
      new Promise((done) => {
        waiting.push({ click, done });
        if (inFlight === 0) void flush();
        else if (waiting.length >= MAX_COMMIT && inFlight < MAX_IN_FLIGHT) void flush();
      }),
  };
}
