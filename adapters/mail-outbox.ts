import { DeleteCommand, GetCommand, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { Pieces } from '../core/accounts/erasure.ts';
import type { Mail } from '../core/accounts/outbox.ts';
import type { DocumentClient } from './dynamodb.ts';
import { fromJobItem } from './outbox-items.ts';

/** The mails that wait in the outbox, by the key that its stream told. */
export const mailOutbox = (client: DocumentClient, table: string, nowMs: () => number) => ({
  async find(key: string): Promise<Mail | null> {
    const { Item } = await client.send(new GetCommand({ TableName: table, Key: { pk: key }, ConsistentRead: true }));
    if (Item === undefined || Number(Item['ttl_s']) * 1_000 <= nowMs()) return null;
    const job = fromJobItem(Item);
    return job.kind === 'mail' ? job.mail : null;
  },
  async remove(key: string): Promise<void> {
    await client.send(new DeleteCommand({ TableName: table, Key: { pk: key } }));
  },
});

/**
 * Removes what waits for an address. Mails are not found by address, so all that wait are read: as a rule none, and after
 * an outage of the mail service a day's worth.
 */
export async function* removeMailsTo(client: DocumentClient, table: string, email: string): Pieces {
  const pages = paginateScan(
    { client },
    {
      TableName: table,
      FilterExpression: 'mail.#to = :email',
      ExpressionAttributeNames: { '#to': 'to' },
      ExpressionAttributeValues: { ':email': email },
      ConsistentRead: true,
    },
  );
  for await (const { Items = [] } of pages) {
    for (const { pk } of Items) {
      await client.send(new DeleteCommand({ TableName: table, Key: { pk } }));
      yield;
    }
  }
}
