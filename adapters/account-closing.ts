import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { AccountClosing } from '../core/accounts/delete-account.ts';
import type { Job } from '../core/accounts/outbox.ts';
import type { User } from '../core/accounts/user.ts';
import type { Workspace } from '../core/accounts/workspace.ts';
import { dismissAdministrator } from './administrators.ts';
import { batchGet } from './batch-get.ts';
import type { DocumentClient } from './dynamodb.ts';
import { itemsOf } from './items-of.ts';
import { jobItem } from './outbox-items.ts';
import { membershipKey, ownedWorkspacesKey, userKey, userPartition, workspaceKey } from './table.ts';
import type { TransactionWrite } from './transaction.ts';
import { transact } from './transaction.ts';
import { fromWorkspaceItem } from './workspace-items.ts';

type Tables = { readonly accounts: string; readonly outbox: string };

/**
 * The end of an account. All of its workspaces end in the same transaction: their number is read first and has to be the
 * same in the end, so none that is made meanwhile is left over.
 */
export function accountClosing(client: DocumentClient, { accounts: table, outbox }: Tables): AccountClosing {
  const put = (job: Job, atMs: number): TransactionWrite => ({ Put: { TableName: outbox, Item: jobItem(job, atMs) } });

  const ownedWorkspaces = async (userId: string): Promise<readonly Workspace[]> => {
    const ids: string[] = [];
    for await (const items of itemsOf(client, table, userPartition(userId), membershipKey(userId, '').sk))
      ids.push(...items.map((item) => String(item['workspace_id'])));
    const items = await batchGet(client, table, ids.map(workspaceKey), { consistent: true });
    return items
      .map(fromWorkspaceItem)
      .filter((workspace) => workspace.ownerId === userId && workspace.status === 'active');
  };

  const endOf = (user: User, atMs: number): TransactionWrite => ({
    Update: {
      TableName: table,
      Key: userKey(user.id),
      UpdateExpression: 'SET #status = :deleted, version = :next, updated_at_ms = :now',
      ConditionExpression: 'version = :version AND #status = :former',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: {
        ':deleted': 'deleted',
        ':former': user.status,
        ':version': user.version,
        ':next': user.version + 1,
        ':now': atMs,
      },
    },
  });

  const endOfWorkspace = ({ id, ownerId }: Workspace): TransactionWrite => ({
    Update: {
      TableName: table,
      Key: workspaceKey(id),
      UpdateExpression: 'SET #status = :deleted ADD version :one',
      ConditionExpression: '#status = :active AND owner_id = :owner',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':deleted': 'deleted', ':active': 'active', ':owner': ownerId, ':one': 1 },
    },
  });

  return {
    async close(user, atMs) {
      const Key = ownedWorkspacesKey(user.id);
      const { Item } = await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
      const owned = await ownedWorkspaces(user.id);
      const refusals = await transact(client, {
        user: endOf(user, atMs),
        userJob: put({ kind: 'erase-user', userId: user.id }, atMs),
        administrators: user.isAdmin && user.status === 'active' ? dismissAdministrator(table, user.id) : null,
        number: { ConditionCheck: { TableName: table, Key, ...isStill(Item?.['owned']) } },
        ...Object.fromEntries(
          owned.flatMap((workspace) => [
            [workspace.id, endOfWorkspace(workspace)],
            [`job ${workspace.id}`, put({ kind: 'erase-workspace', workspaceId: workspace.id }, atMs)],
          ]),
        ),
      });
      if (refusals === null) return 'closed';
      return refusals.has('administrators') && refusals.size === 1 ? 'last_administrator' : 'changed';
    },
  };
}

const isStill = (owned: unknown) =>
  owned === undefined
    ? { ConditionExpression: 'attribute_not_exists(owned)' }
    : { ConditionExpression: 'owned = :owned', ExpressionAttributeValues: { ':owned': owned } };
