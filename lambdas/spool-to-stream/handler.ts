import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import type { SpoolDrain } from '../../core/clicks/spool-drain.ts';

/** Brings spooled clicks back to the stream, oldest first. While it cannot, the whole batch of the feed comes again. */
export const spoolToStreamHandler =
  (spool: SpoolDrain) =>
  async (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const batches = event.Records.flatMap(({ dynamodb }) => {
      const pk = dynamodb?.NewImage?.['pk']?.S;
      const lines = dynamodb?.NewImage?.['clicks']?.S;
      return pk === undefined || lines === undefined ? [] : [spool.parse(pk, lines)];
    });
    try {
      await spool.drain(batches);
      return { batchItemFailures: [] };
    } catch (error) {
      console.error(JSON.stringify({ message: 'spooled clicks wait', error: String(error) }));
      return { batchItemFailures: [{ itemIdentifier: event.Records[0]?.dynamodb?.SequenceNumber ?? '' }] };
    }
  };
