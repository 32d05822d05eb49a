import { setTimeout as sleep } from 'node:timers/promises';
import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent, KinesisStreamRecordPayload } from 'aws-lambda';
import { readClick } from '../../core/clicks/click.ts';
import type { CountDeps } from '../../core/clicks/count-clicks.ts';
import { countClicks } from '../../core/clicks/count-clicks.ts';
import { isForgotten } from '../../core/clicks/count-window.ts';
import type { Arrivals, ShardMarks } from '../../core/clicks/counted-through.ts';
import { shardProgress } from '../../core/clicks/counted-through.ts';
import type { LiveFeed } from '../../core/clicks/live-feed.ts';
import type { Click } from '../../core/clicks/row.ts';

export type ClicksToCountsDeps = CountDeps & {
  readonly marks: ShardMarks;
  readonly live: LiveFeed;
  readonly nowMs: () => number;
};

/** `replayed`: a batch that was given up on, handed over again by `npm run replay-failed`. */
export type ClickBatch = KinesisStreamEvent & { readonly replayed?: boolean };

/**
 * Counts a batch of the click stream. Everything that can be counted is counted first; then the others are reported, so
 * that Lambda narrows the batch down to them and files them — whole — with the failed records. What it replays on the way is
 * known by its ids. A store that fails is asked again for as long as the invocation lasts, so that an outage of minutes
 * does not use up the mapping's few retries, which are there for poison.
 */
export function clicksToCountsHandler(deps: ClicksToCountsDeps) {
  const progress = shardProgress({
    marks: deps.marks,
    nowMs: deps.nowMs,
    failed: (cause) => console.error(JSON.stringify({ message: 'shard not marked', error: String(cause) })),
  });
  return async (
    { Records, replayed = false }: ClickBatch,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<KinesisStreamBatchResponse> => {
    const records = Records.map(({ kinesis }) => judged(kinesis, deps.nowMs()));
    const clicks = records.flatMap(({ click }) => click ?? []);
    const counting = (): Promise<void> => patiently(() => count(deps, clicks), context);
    // What its shard gave up on says nothing about how far the shard has come.
    await (replayed ? counting() : progress(shardOf(Records), arrivalsOf(Records), counting));
    const refused = records.filter(({ click }) => click === null);
    const [first] = refused;
    if (first !== undefined) {
      const { refusal, sequenceNumber } = first;
      console.error(JSON.stringify({ message: refusal, sequenceNumber, refused: refused.length }));
    }
    return { batchItemFailures: refused.map(({ sequenceNumber }) => ({ itemIdentifier: sequenceNumber })) };
  };
}

type Judged = {
  readonly sequenceNumber: string;
  readonly click: Click | null;
  readonly refusal: 'not a click' | 'a click of so long ago that it may have been counted' | null;
};

function judged({ data, sequenceNumber }: KinesisStreamRecordPayload, nowMs: number): Judged {
  const click = readClick(Buffer.from(data, 'base64').toString());
  if (click === null) return { sequenceNumber, click, refusal: 'not a click' };
  if (!isForgotten(click, nowMs)) return { sequenceNumber, click, refusal: null };
  return { sequenceNumber, click: null, refusal: 'a click of so long ago that it may have been counted' };
}

async function count(deps: ClicksToCountsDeps, clicks: readonly Click[]): Promise<void> {
  const startedAtMs = deps.nowMs();
  await deps.live.file({ startedAtMs, ...(await countClicks(deps, clicks)) });
}

/** All records of a batch are of one shard; an event's id is `shardId-000000000006:4961…`. */
const shardOf = ([first]: KinesisStreamEvent['Records']): string => first?.eventID.split(':')[0] ?? '';

function arrivalsOf(records: KinesisStreamEvent['Records']): Arrivals {
  const arrivalsMs = records.map(({ kinesis }) => kinesis.approximateArrivalTimestamp * 1_000);
  return {
    oldestMs: arrivalsMs.reduce((oldest, ms) => Math.min(oldest, ms)),
    newestMs: arrivalsMs.reduce((newest, ms) => Math.max(newest, ms)),
  };
}

/** Time that an attempt may still take before the invocation would be cut off. */
const LAST_ATTEMPT_MS = 15_000;
const LONGEST_PAUSE_MS = 2_000;

async function patiently(
  attempt: () => Promise<unknown>,
  { getRemainingTimeInMillis }: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<void> {
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (getRemainingTimeInMillis() < LAST_ATTEMPT_MS + pauseMs) throw error;
      console.error(JSON.stringify({ message: 'counts wait', error: String(error) }));
    }
    await sleep(pauseMs);
  }
}
