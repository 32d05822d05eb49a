import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { emailSha256 } from '../core/accounts/email.ts';
import type { WorkspaceErasure } from '../core/accounts/erase-workspace.ts';
import type { Pieces } from '../core/accounts/erasure.ts';
import { fromAuditItem } from './audit-items.ts';
import { batchDelete } from './batch-delete.ts';
import { erasedWorkspaceTotalItem } from './count-store.ts';
import type { DocumentClient } from './dynamodb.ts';
import type { Item } from './items-of.ts';
import { itemsOf, keyOf } from './items-of.ts';
import type { LinkTables } from './link-erasure.ts';
import { linkErasure } from './link-erasure.ts';
import {
  apiKeyKey,
  auditKey,
  eventCountsPartition,
  eventsPartition,
  invitedKey,
  inviteKey,
  memberKey,
  membershipKey,
  traceKey,
  userKey,
  workspaceApiKeyKey,
  workspaceKey,
  workspacePartition,
} from './table.ts';
import { unlessRefused } from './unless-refused.ts';
import { fromInviteItem, fromMemberItem } from './workspace-items.ts';

/** Erases workspaces. Wherever items lead to others, those go first, so that a crash in between loses sight of nothing. */
export function workspaceErasure(
  client: DocumentClient,
  tables: LinkTables & { readonly accounts: string; readonly events: string },
  others: Pick<WorkspaceErasure, 'eraseJobs' | 'eraseCodes' | 'orderRowErasure'>,
): WorkspaceErasure {
  const table = tables.accounts;
  const remove = (keys: readonly Item[]): Promise<void> => batchDelete(client, table, distinct(keys));

  /** Removes the items under the prefix, page by page, and before each page what `others` finds in it. */
  async function* erase(partition: string, prefix: string, others: (items: readonly Item[]) => Promise<void>): Pieces {
    for await (const items of itemsOf(client, table, partition, prefix)) {
      await others(items);
      await remove(items.map(keyOf));
      yield;
    }
  }

  /** Nobody is taken to a workspace that is not there when they name none. */
  async function forgetDefault(userId: string, workspaceId: string): Promise<void> {
    await unlessRefused(
      client.send(
        new UpdateCommand({
          TableName: table,
          Key: userKey(userId),
          UpdateExpression: 'SET preferences.defaultWorkspaceId = :none, version = version + :one',
          ConditionExpression: 'preferences.defaultWorkspaceId = :workspace',
          ExpressionAttributeValues: { ':none': null, ':one': 1, ':workspace': workspaceId },
        }),
      ),
    );
  }

  return {
    ...linkErasure(client, tables),
    ...others,

    // The marker first: behind it nothing is counted any more, so what is removed stays removed.
    async *eraseCounts(workspaceId) {
      const marker = erasedWorkspaceTotalItem(workspaceId);
      await client.send(new PutCommand({ TableName: tables.counts, Item: marker }));
      for await (const items of itemsOf(client, tables.counts, marker.pk)) {
        await batchDelete(client, tables.counts, items.filter(({ sk }) => sk !== marker.sk).map(keyOf));
        yield;
      }
    },

    // Nobody who was let in before can write any more, so no marker need stay.
    async *eraseEvents(workspaceId) {
      for (const partition of [eventsPartition(workspaceId), eventCountsPartition(workspaceId)]) {
        for await (const items of itemsOf(client, tables.events, partition)) {
          await batchDelete(client, tables.events, items.map(keyOf));
          yield;
        }
      }
    },

    eraseApiKeys: (workspaceId) =>
      erase(workspacePartition(workspaceId), workspaceApiKeyKey('', '').sk, (pointers) =>
        remove(pointers.map((pointer) => apiKeyKey(String(pointer['secret_sha256'])))),
      ),

    eraseInvites: (workspaceId) =>
      erase(workspacePartition(workspaceId), inviteKey('', '').sk, (invites) =>
        remove(invites.map((invite) => invitedKey(emailSha256(fromInviteItem(invite).email), workspaceId))),
      ),

    eraseMembers: (workspaceId) =>
      erase(workspacePartition(workspaceId), memberKey('', '').sk, async (members) => {
        const ids = members.map((member) => fromMemberItem(member).userId);
        await Promise.all(ids.map((userId) => forgetDefault(userId, workspaceId)));
        await remove(ids.flatMap((userId) => [membershipKey(userId, workspaceId), traceKey(userId, workspaceId)]));
      }),

    // The log names those who left; the traces in their accounts lead to it.
    eraseAuditLog: (workspaceId) =>
      erase(auditKey(workspaceId, '').pk, '', (entries) =>
        remove(entries.flatMap(peopleIn).map((userId) => traceKey(userId, workspaceId))),
      ),

    async *eraseRest(workspaceId) {
      const { pk, sk } = workspaceKey(workspaceId);
      for await (const items of itemsOf(client, table, pk)) {
        const others = items.filter((item) => item['sk'] !== sk);
        if (others.length === 0) continue;
        await remove(others.map(keyOf));
        yield;
      }
      await remove([{ pk, sk }]);
    },
  };
}

/** DynamoDB refuses a batch that names an item twice. */
const distinct = (keys: readonly Item[]): readonly Item[] => [
  ...new Map(keys.map((key) => [`${String(key['pk'])} ${String(key['sk'])}`, key])).values(),
];

function peopleIn(item: Item): readonly string[] {
  const { actor, target } = fromAuditItem(item);
  const actorId = actor.kind === 'user' ? [actor.id] : [];
  return target?.startsWith('usr_') === true ? [...actorId, target] : actorId;
}
