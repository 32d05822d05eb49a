import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { AuditEntry } from '../core/accounts/audit.ts';
import type { GivenRole, MemberStore } from '../core/accounts/member-store.ts';
import type { Member } from '../core/accounts/workspace.ts';
import { auditItem } from './audit-items.ts';
import { batchGet } from './batch-get.ts';
import type { DocumentClient } from './dynamodb.ts';
import { entryPage } from './entry-pages.ts';
import { freesSeat, isOpen } from './seats.ts';
import { memberKey, membershipKey, userPartition, workspacePartition } from './table.ts';
import type { Refusals } from './transaction.ts';
import { transact } from './transaction.ts';
import { fromMemberItem } from './workspace-items.ts';

/** Members in DynamoDB: an item in the workspace's partition, and one in the person's that points there. */
export function memberStore(client: DocumentClient, table: string): MemberStore {
  return {
    async find(workspaceId, userId) {
      const Key = memberKey(workspaceId, userId);
      const { Item } = await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
      return Item === undefined ? null : fromMemberItem(Item);
    },
    async list(workspaceId, limit, afterUserId) {
      const partition = workspacePartition(workspaceId);
      const prefix = memberKey(workspaceId, '').sk;
      const page = await entryPage(client, { table, partition, prefix }, limit, afterUserId);
      return { ...page, items: page.items.map(fromMemberItem) };
    },
    async listOf(userId, limit, afterWorkspaceId) {
      const partition = userPartition(userId);
      const prefix = membershipKey(userId, '').sk;
      const query = { table, partition, prefix } as const;
      const { items, cursor } = await entryPage(client, query, limit, afterWorkspaceId);
      const workspaceIds = items.map((item) => String(item['workspace_id']));
      return { items: await membersOf(client, table, workspaceIds, userId), cursor };
    },
    changeRole: (...change) => changeRole(client, table, ...change),
    remove: (...removal) => remove(client, table, ...removal),
  };
}

async function membersOf(
  client: DocumentClient,
  table: string,
  workspaceIds: readonly string[],
  userId: string,
): Promise<readonly Member[]> {
  const keys = workspaceIds.map((workspaceId) => memberKey(workspaceId, userId));
  const found = (await batchGet(client, table, keys, { consistent: true })).map(fromMemberItem);
  const byWorkspace = new Map(found.map((member) => [member.workspaceId, member]));
  return workspaceIds.flatMap((workspaceId) => byWorkspace.get(workspaceId) ?? []);
}

/** There is such a member, and it is not the owner. */
const isOtherThanOwner = (table: string, workspaceId: string, userId: string) => ({
  TableName: table,
  Key: memberKey(workspaceId, userId),
  ConditionExpression: 'attribute_exists(pk) AND #role <> :owner',
  ExpressionAttributeNames: { '#role': 'role' },
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
});

async function changeRole(
  client: DocumentClient,
  table: string,
  workspaceId: string,
  userId: string,
  role: GivenRole,
  entry: AuditEntry,
): Promise<'changed' | 'gone' | 'not_member' | 'owner'> {
  const refusals = await transact(client, {
    member: {
      Update: {
        ...isOtherThanOwner(table, workspaceId, userId),
        UpdateExpression: 'SET #role = :role',
        ExpressionAttributeValues: { ':owner': 'owner', ':role': role },
      },
    },
    workspace: isOpen(table, workspaceId),
    entry: { Put: { TableName: table, Item: auditItem(entry) } },
  });
  return refusals === null ? 'changed' : refusal(refusals);
}

async function remove(
  client: DocumentClient,
  table: string,
  workspaceId: string,
  userId: string,
  entry: AuditEntry,
): Promise<'removed' | 'gone' | 'not_member' | 'owner'> {
  const refusals = await transact(client, {
    member: {
      Delete: {
        ...isOtherThanOwner(table, workspaceId, userId),
        ExpressionAttributeValues: { ':owner': 'owner' },
      },
    },
    membership: { Delete: { TableName: table, Key: membershipKey(userId, workspaceId) } },
    seat: freesSeat(table, workspaceId),
    entry: { Put: { TableName: table, Item: auditItem(entry) } },
  });
  return refusals === null ? 'removed' : refusal(refusals);
}

function refusal(refusals: Refusals<string>): 'gone' | 'not_member' | 'owner' {
  if (!refusals.has('member')) return 'gone';
  return refusals.get('member') === null ? 'not_member' : 'owner';
}
