import type { KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { parseClick } from '../../core/clicks/click.ts';
import type { CountStore } from '../../core/clicks/count-clicks.ts';
import { countClicks } from '../../core/clicks/count-clicks.ts';

/**
 * Counts a batch of the click stream. Everything readable is counted first; then the first poison record is reported, so
 * that Lambda narrows the batch down to it and files it — whole — with the failed records. What it replays on the way is
 * known by its ids. A store that fails makes the whole batch fail, to be tried again.
 */
export const clicksToCountsHandler =
  (store: CountStore) =>
  async (event: KinesisStreamEvent): Promise<KinesisStreamBatchResponse> => {
    const records = event.Records.map(({ kinesis }) => ({
      sequenceNumber: kinesis.sequenceNumber,
      click: parseClick(Buffer.from(kinesis.data, 'base64').toString()),
    }));
    await countClicks(
      store,
      records.flatMap(({ click }) => click ?? []),
    );
    const poison = records.find(({ click }) => click === null);
    if (poison === undefined) return { batchItemFailures: [] };
    console.error(JSON.stringify({ message: 'not a click', sequenceNumber: poison.sequenceNumber }));
    return { batchItemFailures: [{ itemIdentifier: poison.sequenceNumber }] };
  };
