import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { emailSha256 } from '../core/accounts/email.ts';
import type { UserStore } from '../core/accounts/user-store.ts';
import type { DocumentClient } from './dynamodb.ts';
import { emailOwnerKey, userKey } from './table.ts';
import { fromUserItem } from './user-items.ts';

export function userStore(client: DocumentClient, table: string): UserStore {
  const read = async (Key: { pk: string; sk: string }) =>
    (await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }))).Item;
  const find: UserStore['find'] = async (userId) => {
    const item = await read(userKey(userId));
    return item === undefined ? null : fromUserItem(item);
  };
  return {
    find,
    async findByEmail(email) {
      const sha256 = emailSha256(email);
      const owner = await read(emailOwnerKey(sha256));
      // Where nobody has the address, nobody is read: an answer must not come sooner for that.
      return find(typeof owner?.['user_id'] === 'string' ? owner['user_id'] : sha256);
    },
  };
}
