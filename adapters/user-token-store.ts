import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { UserTokenStore } from '../core/accounts/user-token.ts';
import type { DocumentClient } from './dynamodb.ts';
import { jobItem } from './outbox-items.ts';
import { userTokenKey } from './table.ts';
import { transact } from './transaction.ts';
import { fromUserTokenItem, userTokenItem } from './user-token-items.ts';
import type { AccountTables } from './workspace-store.ts';

export const userTokenStore = (
  client: DocumentClient,
  { accounts, outbox }: AccountTables,
  nowMs: () => number,
): UserTokenStore => ({
  async put(token, mail) {
    await transact(client, {
      token: { Put: { TableName: accounts, Item: userTokenItem(token) } },
      mail: { Put: { TableName: outbox, Item: jobItem(mail, nowMs()) } },
    });
  },
  async find(userId, sha256) {
    const Key = userTokenKey(userId, sha256);
    const { Item } = await client.send(new GetCommand({ TableName: accounts, Key, ConsistentRead: true }));
    return Item === undefined ? null : fromUserTokenItem(Item);
  },
});
