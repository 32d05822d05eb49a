import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { CredentialChanges } from '../core/accounts/credential-changes.ts';
import { emailSha256 } from '../core/accounts/email.ts';
import type { User } from '../core/accounts/user.ts';
import type { UserToken } from '../core/accounts/user-token.ts';
import type { DocumentClient } from './dynamodb.ts';
import { jobItem } from './outbox-items.ts';
import { emailOwnerKey, userKey, userTokenKey } from './table.ts';
import type { TransactionWrite } from './transaction.ts';
import { transact } from './transaction.ts';
import { emailOwnerItem } from './user-items.ts';
import type { AccountTables } from './workspace-store.ts';

/** That the account still is what was read, as far as signing in goes. */
const UNCHANGED = 'email = :formerEmail AND password_changed_at_ms = :formerChange AND #status = :active';
const NAMES = { '#status': 'status' };
const unchanged = (user: User) => ({
  ':formerEmail': user.email,
  ':formerChange': user.passwordChangedAtMs,
  ':active': 'active',
});

export function credentialChanges(
  client: DocumentClient,
  { accounts, outbox }: AccountTables,
  nowMs: () => number,
): CredentialChanges {
  const update = (user: User, set: string, values: Record<string, unknown>, atMs: number): TransactionWrite => ({
    Update: {
      TableName: accounts,
      Key: userKey(user.id),
      UpdateExpression: `SET ${set}, updated_at_ms = :at ADD version :one`,
      ConditionExpression: UNCHANGED,
      ExpressionAttributeNames: NAMES,
      ExpressionAttributeValues: { ...values, ...unchanged(user), ':at': atMs, ':one': 1 },
    },
  });
  const useUp = ({ userId, sha256 }: UserToken): TransactionWrite => ({
    Delete: {
      TableName: accounts,
      Key: userTokenKey(userId, sha256),
      ConditionExpression: 'attribute_exists(pk)',
    },
  });
  const send = (mail: Parameters<typeof jobItem>[0]): TransactionWrite => ({
    Put: { TableName: outbox, Item: jobItem(mail, nowMs()) },
  });

  return {
    async setPassword(user, { passwordHash, atMs, token }, mail) {
      const set = 'password_hash = :hash, password_changed_at_ms = :at';
      const refusals = await transact(client, {
        user: update(user, set, { ':hash': passwordHash }, atMs),
        token: token === null ? null : useUp(token),
        mail: send(mail),
      });
      return refusals === null ? 'changed' : 'refused';
    },
    async setEmail(user, { email, atMs, token }, mail) {
      const refusals = await transact(client, {
        address: {
          Put: {
            TableName: accounts,
            Item: emailOwnerItem(email, user.id),
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
        formerAddress: { Delete: { TableName: accounts, Key: emailOwnerKey(emailSha256(user.email)) } },
        user: update(user, 'email = :email', { ':email': email }, atMs),
        token: useUp(token),
        mail: send(mail),
      });
      if (refusals === null) return 'changed';
      return refusals.has('address') ? 'taken' : 'refused';
    },
    async replaceHash(user, passwordHash) {
      try {
        await client.send(
          new UpdateCommand({
            TableName: accounts,
            Key: userKey(user.id),
            UpdateExpression: 'SET password_hash = :hash',
            ConditionExpression: 'password_hash = :former',
            ExpressionAttributeValues: { ':hash': passwordHash, ':former': user.passwordHash },
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
  };
}
