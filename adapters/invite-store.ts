import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { AuditEntry } from '../core/accounts/audit.ts';
import { emailSha256 } from '../core/accounts/email.ts';
import type { InviteStore } from '../core/accounts/invite-store.ts';
import type { Job } from '../core/accounts/outbox.ts';
import type { Invite } from '../core/accounts/workspace.ts';
import { hasAddress } from './account-conditions.ts';
import { auditItem } from './audit-items.ts';
import type { DocumentClient } from './dynamodb.ts';
import { entryPage } from './entry-pages.ts';
import { jobItem } from './outbox-items.ts';
import { freesSeat, isOpen, recountSeats, takesSeat } from './seats.ts';
import { invitedKey, inviteKey, memberKey, workspacePartition } from './table.ts';
import type { TransactionWrite } from './transaction.ts';
import { transact } from './transaction.ts';
import { fromInviteItem, invitedItem, inviteItem, memberItem, membershipItem, traceItem } from './workspace-items.ts';
import type { AccountTables } from './workspace-store.ts';

/** Invites in DynamoDB: an item in the workspace's partition, and one in the address's that names it. */
export function inviteStore(client: DocumentClient, tables: AccountTables): InviteStore {
  const table = tables.accounts;
  return {
    async find(workspaceId, inviteId) {
      const Key = inviteKey(workspaceId, inviteId);
      const { Item } = await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
      return Item === undefined ? null : fromInviteItem(Item);
    },
    async list(workspaceId, limit, afterInviteId, nowMs) {
      const query = {
        table,
        partition: workspacePartition(workspaceId),
        prefix: inviteKey(workspaceId, '').sk,
        filter: { FilterExpression: 'expires_at_ms > :now', ExpressionAttributeValues: { ':now': nowMs } },
      } as const;
      const page = await entryPage(client, query, limit, afterInviteId);
      return { ...page, items: page.items.map(fromInviteItem) };
    },
    offer: (...offer) => offerSeat(client, tables, ...offer),

    async revoke(invite, entry) {
      const refusals = await transact(client, {
        invite: usesUp(table, invite),
        claim: endsClaim(table, invite),
        seat: freesSeat(table, invite.workspaceId),
        entry: { Put: { TableName: table, Item: auditItem(entry) } },
      });
      if (refusals === null) return 'revoked';
      return refusals.has('seat') ? 'gone' : 'no_invite';
    },

    async accept(invite, member, entry) {
      const refusals = await transact(client, {
        invite: usesUp(table, invite),
        claim: endsClaim(table, invite),
        workspace: isOpen(table, invite.workspaceId),
        person: hasAddress(table, member.userId, invite.email),
        member: {
          Put: { TableName: table, Item: memberItem(member), ConditionExpression: 'attribute_not_exists(pk)' },
        },
        membership: { Put: { TableName: table, Item: membershipItem(member) } },
        trace: { Put: { TableName: table, Item: traceItem(member) } },
        entry: { Put: { TableName: table, Item: auditItem(entry) } },
      });
      if (refusals === null) return 'accepted';
      const isOnlyMember = refusals.size === 1 && refusals.has('member');
      return isOnlyMember ? 'already_member' : 'refused';
    },
  };
}

/** One of all who come with the token deletes the invite. */
const usesUp = (table: string, { workspaceId, id, tokenSha256 }: Invite): TransactionWrite => ({
  Delete: {
    TableName: table,
    Key: inviteKey(workspaceId, id),
    ConditionExpression: 'token_sha256 = :tokenSha256',
    ExpressionAttributeValues: { ':tokenSha256': tokenSha256 },
  },
});

/** The address may be invited anew. DynamoDB may have tidied the claim away before. */
const endsClaim = (table: string, { workspaceId, email, id }: Invite): TransactionWrite => ({
  Delete: {
    TableName: table,
    Key: invitedKey(emailSha256(email), workspaceId),
    ConditionExpression: 'attribute_not_exists(pk) OR invite_id = :inviteId',
    ExpressionAttributeValues: { ':inviteId': id },
  },
});

/** A former invite of the same address, and whether it is still there to leave its seat to the new one. */
type Former = { readonly id: string; readonly hasSeat: boolean };

const MAX_RACES = 10;

/** The former invite is looked up, but the write's conditions decide; who was overtaken looks again. */
async function offerSeat(
  client: DocumentClient,
  tables: AccountTables,
  invite: Invite,
  inviteeId: string | null,
  entry: AuditEntry,
  mail: Job,
): Promise<'offered' | 'gone' | 'already_member' | 'full'> {
  let former = await formerInvite(client, tables.accounts, invite);
  for (let race = 0; race < MAX_RACES; race += 1) {
    // A repeat finds its own first attempt, and that is what it made.
    if (former?.id === invite.id) return 'offered';
    const refusals = await transact(client, offerWrites(tables, invite, former, inviteeId, entry, mail));
    if (refusals === null) return 'offered';
    if (refusals.has('member')) return 'already_member';
    const workspace = refusals.get('seat');
    if (refusals.has('seat') && workspace?.['status'] !== 'active') return 'gone';
    if (refusals.has('claim') || refusals.has('former')) {
      former = await formerInvite(client, tables.accounts, invite);
    } else if (!(await recountSeats(client, tables.accounts, invite.workspaceId, invite.createdAtMs))) {
      return 'full';
    }
  }
  throw new Error(`The invites of ${invite.workspaceId} stayed contended`);
}

async function formerInvite(
  client: DocumentClient,
  table: string,
  { workspaceId, email }: Invite,
): Promise<Former | null> {
  const get = async (Key: { pk: string; sk: string }) =>
    (await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }))).Item;
  const claim = await get(invitedKey(emailSha256(email), workspaceId));
  if (claim === undefined) return null;
  const id = String(claim['invite_id']);
  return { id, hasSeat: (await get(inviteKey(workspaceId, id))) !== undefined };
}

function offerWrites(
  tables: AccountTables,
  invite: Invite,
  former: Former | null,
  inviteeId: string | null,
  entry: AuditEntry,
  mail: Job,
) {
  const table = tables.accounts;
  const { workspaceId, email } = invite;
  return {
    invite: { Put: { TableName: table, Item: inviteItem(invite) } },
    claim: {
      Put: {
        TableName: table,
        Item: invitedItem(invite, emailSha256(email)),
        ConditionExpression: former === null ? 'attribute_not_exists(pk)' : 'invite_id = :former',
        ...(former === null ? {} : { ExpressionAttributeValues: { ':former': former.id } }),
      },
    },
    former: former?.hasSeat
      ? {
          Delete: {
            TableName: table,
            Key: inviteKey(workspaceId, former.id),
            ConditionExpression: 'attribute_exists(pk)',
          },
        }
      : null,
    seat: former?.hasSeat ? isOpen(table, workspaceId) : takesSeat(table, workspaceId),
    // As many writes for an address nobody has: how long it takes tells nothing.
    member: {
      ConditionCheck: {
        TableName: table,
        Key: memberKey(workspaceId, inviteeId ?? 'nobody'),
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    },
    mail: { Put: { TableName: tables.outbox, Item: jobItem(mail, invite.createdAtMs) } },
    entry: { Put: { TableName: table, Item: auditItem(entry) } },
  } satisfies Record<string, TransactionWrite | null>;
}
