import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { ListedUser, UserChange, UserDirectory } from '../core/accounts/administer-users.ts';
import type { PlanName } from '../core/accounts/plan.ts';
import type { User } from '../core/accounts/user.ts';
import type { UserStore } from '../core/accounts/user-store.ts';
import { invalidCursor } from '../core/errors.ts';
import { dismissAdministrator, enrolAdministrator } from './administrators.ts';
import { auditItem } from './audit-items.ts';
import { batchGet } from './batch-get.ts';
import type { DocumentClient } from './dynamodb.ts';
import { USER_KIND, userKey, userPartition, workspaceKey } from './table.ts';
import type { TransactionWrite } from './transaction.ts';
import { transact } from './transaction.ts';
import { fromUserItem } from './user-items.ts';
import { fromWorkspaceItem } from './workspace-items.ts';

/** Everybody with an account, for administrators. */
export function userDirectory(client: DocumentClient, table: string, users: UserStore): UserDirectory {
  /** The index names them; who they are, and on which plan, is read where it is written. */
  const withPlans = async (people: readonly User[]): Promise<readonly ListedUser[]> => {
    const keys = people.map((user) => workspaceKey(user.personalWorkspaceId));
    const workspaces = (await batchGet(client, table, keys, { consistent: true })).map(fromWorkspaceItem);
    const planOf = new Map<string, PlanName>(workspaces.map(({ id, plan }) => [id, plan]));
    return people.map((user) => ({ user, plan: planOf.get(user.personalWorkspaceId) ?? 'free' }));
  };
  const listed = async (user: User | null): Promise<ListedUser | null> =>
    user === null ? null : ((await withPlans([user]))[0] ?? null);

  return {
    find: async (userId) => listed(await users.find(userId)),
    findByEmail: async (email) => listed(await users.findByEmail(email)),

    async list(limit, cursor) {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          IndexName: 'byKind',
          KeyConditionExpression: 'kind = :user',
          ExpressionAttributeValues: { ':user': USER_KIND },
          ScanIndexForward: false,
          Limit: limit,
          ExclusiveStartKey: cursor === null ? undefined : startOf(cursor),
        }),
      );
      const keys = Items.map(({ pk, sk }) => ({ pk, sk }));
      const people = (await batchGet(client, table, keys, { consistent: true })).map(fromUserItem);
      const byKey = new Map(people.map((user) => [userKey(user.id).pk, user]));
      const inOrder = Items.flatMap(({ pk }) => byKey.get(String(pk)) ?? []).filter(
        ({ status }) => status !== 'deleted',
      );
      return {
        items: await withPlans(inOrder),
        cursor: LastEvaluatedKey === undefined ? null : cursorOf(LastEvaluatedKey),
      };
    },

    async replace(former, change, atMs, entry) {
      const { user, plan } = former;
      const changesPlan = change.plan !== null && change.plan !== plan;
      const refusals = await transact(client, {
        user: settingsOf(table, user, change, atMs),
        administrators: administration(table, user, change),
        workspace: changesPlan ? planOf(table, user.personalWorkspaceId, change.plan) : null,
        entry: changesPlan ? { Put: { TableName: table, Item: auditItem(entry) } } : null,
      });
      if (refusals === null) return 'changed';
      return refusals.has('administrators') && refusals.size === 1 ? 'last_administrator' : 'conflict';
    },
  };
}

/** When the last of the page was made, and who it was. */
const cursorOf = ({ created_at, pk }: Record<string, unknown>): string =>
  `${String(created_at)} ${String(pk).slice(userPartition('').length)}`;

/** Throws VALIDATION_FAILED. */
function startOf(cursor: string) {
  const [, createdAt, userId] = /^([\dT:.Z-]{24}) (usr_[0-9A-Za-z]{1,40})$/.exec(cursor) ?? [];
  if (createdAt === undefined || userId === undefined) throw invalidCursor();
  return { ...userKey(userId), kind: USER_KIND, created_at: createdAt };
}

const settingsOf = (
  table: string,
  user: User,
  { name, isAdmin, status }: UserChange,
  atMs: number,
): TransactionWrite => ({
  Update: {
    TableName: table,
    Key: userKey(user.id),
    UpdateExpression:
      'SET #name = :name, is_admin = :isAdmin, #status = :status, version = :next, updated_at_ms = :now',
    ConditionExpression: 'version = :version AND #status <> :deleted',
    ExpressionAttributeNames: { '#name': 'name', '#status': 'status' },
    ExpressionAttributeValues: {
      ':name': name,
      ':isAdmin': isAdmin,
      ':status': status,
      ':version': user.version,
      ':next': user.version + 1,
      ':now': atMs,
      ':deleted': 'deleted',
    },
  },
});

/** Only who is active administers anything. */
function administration(table: string, user: User, change: UserChange): TransactionWrite | null {
  const was = user.isAdmin && user.status === 'active';
  const will = change.isAdmin && change.status === 'active';
  if (was === will) return null;
  return will ? enrolAdministrator(table, user.id) : dismissAdministrator(table, user.id);
}

const planOf = (table: string, workspaceId: string, plan: PlanName | null): TransactionWrite => ({
  Update: {
    TableName: table,
    Key: workspaceKey(workspaceId),
    UpdateExpression: 'SET #plan = :plan ADD version :one',
    ConditionExpression: '#status = :active',
    ExpressionAttributeNames: { '#plan': 'plan', '#status': 'status' },
    ExpressionAttributeValues: { ':plan': plan, ':one': 1, ':active': 'active' },
  },
});
