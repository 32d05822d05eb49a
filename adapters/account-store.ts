import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { AccountStore, NewAccount } from '../core/accounts/create-user.ts';
import { enrolAdministrator } from './administrators.ts';
import { auditItem } from './audit-items.ts';
import type { DocumentClient } from './dynamodb.ts';
import { pendingUserKey } from './table.ts';
import type { TransactionWrite } from './transaction.ts';
import { transact } from './transaction.ts';
import { emailOwnerItem, userItem } from './user-items.ts';
import { userTokenItem } from './user-token-items.ts';
import { memberItem, membershipItem, traceItem, workspaceItem } from './workspace-items.ts';

/** New accounts. One condition decides on the address: who loses there, loses all. */
export function accountStore(client: DocumentClient, table: string): AccountStore {
  const put = (Item: Record<string, unknown>): TransactionWrite => ({ Put: { TableName: table, Item } });
  const writesOf = ({ user, workspace, member, auditEntry }: NewAccount) => ({
    address: {
      Put: {
        TableName: table,
        Item: emailOwnerItem(user.email, user.id),
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    },
    user: put(userItem(user)),
    workspace: put(workspaceItem(workspace)),
    member: put(memberItem(member)),
    membership: put(membershipItem(member)),
    trace: put(traceItem(member)),
    audit: put(auditItem(auditEntry)),
    administrators: user.isAdmin ? enrolAdministrator(table, user.id) : null,
  });
  return {
    async createFrom({ emailSha256, tokenSha256 }, account) {
      const registration = {
        Delete: {
          TableName: table,
          Key: pendingUserKey(emailSha256, tokenSha256),
          ConditionExpression: 'attribute_exists(pk)',
        },
      };
      const refusals = await transact(client, { ...writesOf(account), registration });
      if (refusals === null) return 'created';
      return refusals.has('address') ? 'taken' : 'used_up';
    },
    async create(account, token) {
      const writes = { ...writesOf(account), token: token === null ? null : put(userTokenItem(token)) };
      return (await transact(client, writes)) === null ? 'created' : 'taken';
    },
    async addToken(token) {
      await client.send(new PutCommand({ TableName: table, Item: userTokenItem(token) }));
    },
  };
}
