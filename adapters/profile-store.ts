import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { ProfileStore } from '../core/accounts/profile.ts';
import { batchGet } from './batch-get.ts';
import type { DocumentClient } from './dynamodb.ts';
import { memberKey, userKey, workspaceKey } from './table.ts';

/** What people change of their own account; password and address have their own ways (`CredentialChanges`). */
export function profileStore(client: DocumentClient, table: string): ProfileStore {
  return {
    async change(user, { name, preferences }, atMs) {
      try {
        await client.send(
          new UpdateCommand({
            TableName: table,
            Key: userKey(user.id),
            UpdateExpression: [
              'SET version = :next, updated_at_ms = :now',
              ...(name === undefined ? [] : ['#name = :name']),
              ...(preferences === undefined ? [] : ['preferences = :preferences']),
            ].join(', '),
            ConditionExpression: 'version = :version AND #status = :active',
            ExpressionAttributeNames: { '#status': 'status', ...(name === undefined ? {} : { '#name': 'name' }) },
            ExpressionAttributeValues: {
              ':version': user.version,
              ':next': user.version + 1,
              ':now': atMs,
              ':active': 'active',
              ':name': name,
              ':preferences': preferences,
            },
          }),
        );
        return 'changed';
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return 'conflict';
        throw error;
      }
    },
    async isMember(userId, workspaceId) {
      const keys = [memberKey(workspaceId, userId), workspaceKey(workspaceId)];
      const items = await batchGet(client, table, keys, { consistent: true });
      return items.length === keys.length && items.every(({ status = 'active' }) => status === 'active');
    },
  };
}
