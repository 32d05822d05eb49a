import { DeleteCommand, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { emailSha256 } from '../core/accounts/email.ts';
import type { ErasedPerson, UserErasure } from '../core/accounts/erase-user.ts';
import type { Pieces } from '../core/accounts/erasure.ts';
import { deviceSubject } from '../core/accounts/known-devices.ts';
import { batchDelete } from './batch-delete.ts';
import type { DocumentClient } from './dynamodb.ts';
import type { Item } from './items-of.ts';
import { itemsOf, keyOf } from './items-of.ts';
import { removeMailsTo } from './mail-outbox.ts';
import { personTraces } from './person-traces.ts';
import {
  administratorsKey,
  attemptsKey,
  emailOwnerKey,
  emailPartition,
  invitedKey,
  inviteKey,
  knownDeviceKey,
  memberKey,
  membershipKey,
  traceKey,
  userKey,
  userPartition,
} from './table.ts';
import { unlessRefused } from './unless-refused.ts';
import { fromUserItem } from './user-items.ts';

/** Erases people. Wherever items lead to others, those go first, so that a crash in between loses sight of nothing. */
export function userErasure(
  client: DocumentClient,
  tables: { readonly accounts: string; readonly outbox: string },
): UserErasure {
  const table = tables.accounts;
  const traces = personTraces(client, table);
  const remove = (keys: readonly Item[]): Promise<void> => batchDelete(client, table, keys);
  const hashOf = ({ email }: ErasedPerson): readonly string[] => (email === null ? [] : [emailSha256(email)]);

  /** Leaves of the partition nothing but the item itself. */
  async function* removeBesides({ pk, sk }: { readonly pk: string; readonly sk: string }): Pieces {
    for await (const items of itemsOf(client, table, pk)) {
      const others = items.filter((item) => item['sk'] !== sk);
      if (others.length === 0) continue;
      await remove(others.map(keyOf));
      yield;
    }
  }

  /** Nobody but this person loses the address: the item may be the next account's already. */
  async function freeAddress({ userId }: ErasedPerson, hash: string): Promise<void> {
    await unlessRefused(
      client.send(
        new DeleteCommand({
          TableName: table,
          Key: emailOwnerKey(hash),
          ConditionExpression: 'user_id = :user',
          ExpressionAttributeValues: { ':user': userId },
        }),
      ),
    );
  }

  async function dismiss({ userId }: ErasedPerson): Promise<void> {
    await unlessRefused(
      client.send(
        new UpdateCommand({
          TableName: table,
          Key: administratorsKey(),
          UpdateExpression: 'DELETE user_ids :ids',
          ConditionExpression: 'contains(user_ids, :id)',
          ExpressionAttributeValues: { ':ids': new Set([userId]), ':id': userId },
        }),
      ),
    );
  }

  return {
    async findEmail(userId) {
      const { Item } = await client.send(
        new GetCommand({ TableName: table, Key: userKey(userId), ConsistentRead: true }),
      );
      return Item === undefined ? null : fromUserItem(Item).email;
    },

    async *eraseInvites(person) {
      for (const hash of hashOf(person)) {
        for await (const pointers of itemsOf(client, table, emailPartition(hash), invitedKey('', '').sk)) {
          for (const pointer of pointers) {
            const workspaceId = String(pointer['workspace_id']);
            await remove([inviteKey(workspaceId, String(pointer['invite_id']))]);
            await traces.eraseFromAnswers(person, workspaceId);
            await remove([keyOf(pointer)]);
            yield;
          }
        }
      }
    },

    async *eraseMemberships(person) {
      for await (const memberships of itemsOf(client, table, userPartition(person.userId), membershipKey('', '').sk)) {
        await remove(memberships.map((item) => memberKey(String(item['workspace_id']), person.userId)));
        await remove(memberships.map(keyOf));
        yield;
      }
    },

    async *eraseTraces(person) {
      for await (const found of itemsOf(client, table, userPartition(person.userId), traceKey('', '').sk)) {
        for (const trace of found) {
          const workspaceId = String(trace['workspace_id']);
          await traces.eraseFromAuditLog(person, workspaceId);
          await traces.eraseFromAnswers(person, workspaceId);
          await remove([keyOf(trace)]);
          yield;
        }
      }
    },

    async *eraseMails({ email }) {
      if (email !== null) yield* removeMailsTo(client, tables.outbox, email);
    },

    async *eraseAttempts(person) {
      const prefix = knownDeviceKey('', '').sk;
      const subjects = [...hashOf(person)];
      for await (const devices of itemsOf(client, table, userPartition(person.userId), prefix)) {
        const ids = devices.map(({ sk }) => String(sk).slice(prefix.length));
        subjects.push(...hashOf(person).flatMap((account) => ids.map((id) => deviceSubject(account, id))));
      }
      for (const subject of subjects) {
        for await (const windows of itemsOf(client, table, attemptsKey('', subject).pk)) {
          await remove(windows.map(keyOf));
          yield;
        }
      }
    },

    async *eraseAccount(person) {
      const account = userKey(person.userId);
      yield* removeBesides(account);
      for (const hash of hashOf(person)) {
        yield* removeBesides(emailOwnerKey(hash));
        await freeAddress(person, hash);
      }
      await dismiss(person);
      await remove([account]);
    },
  };
}
