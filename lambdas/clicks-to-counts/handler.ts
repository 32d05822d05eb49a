import { setTimeout as sleep } from 'node:timers/promises';
import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { readClick } from '../../core/clicks/click.ts';
import type { CountStore } from '../../core/clicks/count-clicks.ts';
import { countClicks } from '../../core/clicks/count-clicks.ts';

/**
 * Counts a batch of the click stream. Everything readable is counted first; then the first poison record is reported, so
 * that Lambda narrows the batch down to it and files it — whole — with the failed records. What it replays on the way is
 * known by its ids. A store that fails is asked again for as long as the invocation lasts, so that an outage of minutes
 * does not use up the mapping's few retries, which are there for poison.
 */
export const clicksToCountsHandler =
  (store: CountStore) =>
  async (
    event: KinesisStreamEvent,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<KinesisStreamBatchResponse> => {
    const records = event.Records.map(({ kinesis }) => ({
      sequenceNumber: kinesis.sequenceNumber,
      click: readClick(Buffer.from(kinesis.data, 'base64').toString()),
    }));
    const clicks = records.flatMap(({ click }) => click ?? []);
    await patiently(() => countClicks(store, clicks), context);
    const poison = records.find(({ click }) => click === null);
    if (poison === undefined) return { batchItemFailures: [] };
    console.error(JSON.stringify({ message: 'not a click', sequenceNumber: poison.sequenceNumber }));
    return { batchItemFailures: [{ itemIdentifier: poison.sequenceNumber }] };
  };

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
