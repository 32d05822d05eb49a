import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import type { SpoolDrain } from '../../core/clicks/spool-drain.ts';

/** Brings spooled clicks back to the stream, oldest first. The first batch that fails, and all after it, are tried again. */
export const spoolToStreamHandler =
  (spool: SpoolDrain) =>
  async (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    for (const { dynamodb } of event.Records) {
      const pk = dynamodb?.NewImage?.['pk']?.S;
      const lines = dynamodb?.NewImage?.['clicks']?.S;
      if (pk === undefined || lines === undefined) continue;
      try {
        await spool.drain(spool.parse(pk, lines));
      } catch (error) {
        console.error(JSON.stringify({ message: 'spooled clicks wait', error: String(error) }));
        return { batchItemFailures: [{ itemIdentifier: dynamodb?.SequenceNumber ?? '' }] };
      }
    }
    return { batchItemFailures: [] };
  };
