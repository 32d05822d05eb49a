import { DeleteCommand, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { ErasureJob } from '../core/accounts/erasure.ts';
import type { DocumentClient } from './dynamodb.ts';
import { fromJobItem } from './outbox-items.ts';
import { unlessRefused } from './unless-refused.ts';

/** The erasures that are under way. The item of each stays in the outbox until all is done. */
export const erasureJobs = (client: DocumentClient, table: string) => ({
  async find(key: string): Promise<ErasureJob | null> {
    const { Item } = await client.send(new GetCommand({ TableName: table, Key: { pk: key }, ConsistentRead: true }));
    if (Item === undefined) return null;
    const job = fromJobItem(Item);
    if (job.kind === 'mail') return null;
    return { ...job, atMs: Number(Item['at_ms'] ?? 0), isClosed: Item['closed'] === true };
  },

  /** Any change of the item is a new record at the end of its stream. */
  async comeAgain(key: string, { isClosed }: { readonly isClosed: boolean }): Promise<void> {
    await unlessRefused(
      client.send(
        new UpdateCommand({
          TableName: table,
          Key: { pk: key },
          UpdateExpression: 'SET closed = :closed ADD turns :one',
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeValues: { ':closed': isClosed, ':one': 1 },
        }),
      ),
    );
  },

  async remove(key: string): Promise<void> {
    await client.send(new DeleteCommand({ TableName: table, Key: { pk: key } }));
  },
});
