import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { AuditEntry } from '../core/accounts/audit.ts';
import type { Workspace } from '../core/accounts/workspace.ts';
import type { WorkspaceStore } from '../core/accounts/workspace-store.ts';
import { isActive, isNotPersonal, ownsOneLess, ownsOneMore } from './account-conditions.ts';
import { auditItem } from './audit-items.ts';
import { batchGet } from './batch-get.ts';
import type { DocumentClient } from './dynamodb.ts';
import { jobItem } from './outbox-items.ts';
import { memberKey, workspaceKey } from './table.ts';
import type { TransactionWrite } from './transaction.ts';
import { transact } from './transaction.ts';
import { fromWorkspaceItem, memberItem, membershipItem, traceItem, workspaceItem } from './workspace-items.ts';

export type AccountTables = { readonly accounts: string; readonly outbox: string };

/** Workspaces in DynamoDB. What a condition decided on is told by the item that stood in its way. */
export function workspaceStore(client: DocumentClient, tables: AccountTables, nowMs: () => number): WorkspaceStore {
  const table = tables.accounts;
  const put = (entry: AuditEntry): TransactionWrite => ({ Put: { TableName: table, Item: auditItem(entry) } });
  return {
    async find(workspaceId) {
      const Key = workspaceKey(workspaceId);
      const { Item } = await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
      return Item === undefined ? null : fromWorkspaceItem(Item);
    },
    async findMany(workspaceIds) {
      const items = await batchGet(client, table, workspaceIds.map(workspaceKey), { consistent: true });
      return items.map(fromWorkspaceItem);
    },

    async make(workspace, entry) {
      const { id: workspaceId, ownerId: userId, createdAtMs: joinedAtMs } = workspace;
      const owner = { workspaceId, userId, role: 'owner', joinedAtMs } as const;
      const refusals = await transact(client, {
        workspace: { Put: { TableName: table, Item: workspaceItem(workspace), ...UNLESS_THERE } },
        member: { Put: { TableName: table, Item: memberItem(owner) } },
        membership: { Put: { TableName: table, Item: membershipItem(owner) } },
        trace: { Put: { TableName: table, Item: traceItem(owner) } },
        room: ownsOneMore(table, userId),
        person: isActive(table, userId),
        entry: put(entry),
      });
      // A repeat finds its own first attempt, and that is what it made.
      if (refusals === null || refusals.has('workspace')) return 'made';
      return refusals.has('person') ? 'refused' : 'too_many';
    },

    async rename(former, changed, entry) {
      const refusals = await transact(client, {
        workspace: {
          Update: {
            ...fromVersion(table, former),
            UpdateExpression: 'SET #name = :name, version = :next',
            ExpressionAttributeNames: { '#status': 'status', '#name': 'name' },
            ExpressionAttributeValues: {
              ':active': 'active',
              ':version': former.version,
              ':name': changed.name,
              ':next': changed.version,
            },
          },
        },
        entry: put(entry),
      });
      return refusals === null ? 'changed' : 'conflict';
    },

    async remove(former, entry, job) {
      const refusals = await transact(client, {
        workspace: {
          Update: {
            ...fromVersion(table, former),
            UpdateExpression: 'SET #status = :deleted, version = :next',
            ExpressionAttributeNames: { '#status': 'status' },
            ExpressionAttributeValues: {
              ':active': 'active',
              ':deleted': 'deleted',
              ':version': former.version,
              ':next': former.version + 1,
            },
          },
        },
        person: isNotPersonal(table, former.ownerId, former.id),
        room: ownsOneLess(table, former.ownerId),
        job: { Put: { TableName: tables.outbox, Item: jobItem(job, nowMs()) } },
        entry: put(entry),
      });
      if (refusals === null) return 'removed';
      return refusals.has('workspace') ? 'conflict' : 'personal';
    },

    async transfer(workspaceId, { fromId, toId }, entry) {
      const refusals = await transact(client, {
        workspace: {
          Update: {
            TableName: table,
            Key: workspaceKey(workspaceId),
            UpdateExpression: 'SET owner_id = :to, version = version + :one',
            ConditionExpression: '#status = :active AND owner_id = :from',
            ExpressionAttributeNames: { '#status': 'status' },
            ExpressionAttributeValues: { ':active': 'active', ':from': fromId, ':to': toId, ':one': 1 },
            ...TELL_WHAT_STANDS,
          },
        },
        giver: takesRole(table, workspaceId, fromId, 'admin'),
        receiver: takesRole(table, workspaceId, toId, 'owner'),
        giverAccount: isNotPersonal(table, fromId, workspaceId),
        receiverAccount: isActive(table, toId),
        giverRoom: ownsOneLess(table, fromId),
        receiverRoom: ownsOneMore(table, toId),
        entry: put(entry),
      });
      if (refusals === null) return 'transferred';
      if (refusals.has('workspace')) return refusals.get('workspace')?.['status'] === 'active' ? 'not_owner' : 'gone';
      if (refusals.has('receiver') || refusals.has('receiverAccount')) return 'not_member';
      return refusals.has('receiverRoom') ? 'too_many' : 'personal';
    },
  };
}

const UNLESS_THERE = { ConditionExpression: 'attribute_not_exists(pk)' } as const;
const TELL_WHAT_STANDS = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;

const fromVersion = (table: string, { id }: Workspace) => ({
  TableName: table,
  Key: workspaceKey(id),
  ConditionExpression: '#status = :active AND version = :version',
});

/** Passes the owner's role on: the giver is an owner, the receiver any other member. */
const takesRole = (table: string, workspaceId: string, userId: string, role: 'owner' | 'admin'): TransactionWrite => ({
  Update: {
    TableName: table,
    Key: memberKey(workspaceId, userId),
    UpdateExpression: 'SET #role = :role',
    ConditionExpression: role === 'owner' ? 'attribute_exists(pk)' : '#role = :owner',
    ExpressionAttributeNames: { '#role': 'role' },
    ExpressionAttributeValues: role === 'owner' ? { ':role': role } : { ':role': role, ':owner': 'owner' },
  },
});
