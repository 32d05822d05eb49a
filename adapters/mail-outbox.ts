import { DeleteCommand, GetCommand } from '@aws-sdk/lib-dynamodb';
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
