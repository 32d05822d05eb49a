import type { PeopleStore } from '../core/accounts/member-store.ts';
import { batchGet } from './batch-get.ts';
import type { DocumentClient } from './dynamodb.ts';
import { userKey } from './table.ts';
import { fromUserItem } from './user-items.ts';

/** What is shown of people to those who share a workspace with them. */
export const peopleStore = (client: DocumentClient, table: string): PeopleStore => ({
  async findNames(userIds) {
    const items = await batchGet(client, table, userIds.map(userKey), { consistent: false });
    return items
      .map(fromUserItem)
      .filter(({ status }) => status !== 'deleted')
      .map(({ id, email, name }) => ({ id, email, name }));
  },
});
