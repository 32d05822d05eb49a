import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { RegistrationStore } from '../core/accounts/registration.ts';
import type { DocumentClient } from './dynamodb.ts';
import { jobItem } from './outbox-items.ts';
import { fromRegistrationItem, registrationItem } from './registration-items.ts';
import { pendingUserKey } from './table.ts';
import { transact } from './transaction.ts';
import type { AccountTables } from './workspace-store.ts';

export const registrationStore = (
  client: DocumentClient,
  { accounts, outbox }: AccountTables,
  nowMs: () => number,
): RegistrationStore => ({
  async put(registration, mail) {
    await transact(client, {
      registration: { Put: { TableName: accounts, Item: registrationItem(registration) } },
      mail: { Put: { TableName: outbox, Item: jobItem(mail, nowMs()) } },
    });
  },
  async find({ emailSha256, tokenSha256 }) {
    const Key = pendingUserKey(emailSha256, tokenSha256);
    const { Item } = await client.send(new GetCommand({ TableName: accounts, Key, ConsistentRead: true }));
    return Item === undefined ? null : fromRegistrationItem(Item);
  },
});
