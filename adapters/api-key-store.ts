import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { ApiKeyStore } from '../core/accounts/api-keys.ts';
import { MAX_API_KEYS } from '../core/accounts/api-keys.ts';
import { apiKeyItem, fromApiKeyItem, workspaceApiKeyItem } from './api-key-items.ts';
import { auditItem } from './audit-items.ts';
import { batchGet } from './batch-get.ts';
import type { DocumentClient } from './dynamodb.ts';
import { apiKeyKey, workspaceApiKeyKey, workspaceKey, workspacePartition } from './table.ts';
import type { TransactionWrite } from './transaction.ts';
import { transact } from './transaction.ts';

/** API keys in DynamoDB: each under the hash of its text, and a pointer in its workspace, which counts them. */
export function apiKeyStore(client: DocumentClient, table: string): ApiKeyStore {
  /** The pointers of a workspace behind `after`, newest first. */
  const pointers = async (workspaceId: string, limit: number, after: string | null): Promise<readonly Pointer[]> => {
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: {
          ':pk': workspacePartition(workspaceId),
          ':prefix': workspaceApiKeyKey(workspaceId, '').sk,
        },
        ScanIndexForward: false,
        Limit: limit,
        ExclusiveStartKey: after === null ? undefined : workspaceApiKeyKey(workspaceId, after),
        ConsistentRead: true,
      }),
    );
    return Items.map((item) => ({
      keyId: String(item['sk']).slice(workspaceApiKeyKey(workspaceId, '').sk.length),
      secretSha256: String(item['secret_sha256']),
    }));
  };

  const countLess = (workspaceId: string, count: number): TransactionWrite => ({
    Update: {
      TableName: table,
      Key: workspaceKey(workspaceId),
      UpdateExpression: 'ADD key_count :less',
      ExpressionAttributeValues: { ':less': -count },
    },
  });

  const deletions = (workspaceId: string, { keyId, secretSha256 }: Pointer) => ({
    [`pointer ${keyId}`]: {
      Delete: {
        TableName: table,
        Key: workspaceApiKeyKey(workspaceId, keyId),
        ConditionExpression: 'attribute_exists(pk)',
      },
    },
    [`key ${keyId}`]: { Delete: { TableName: table, Key: apiKeyKey(secretSha256) } },
  });

  return {
    async put(key, secretSha256, entry) {
      const refusals = await transact(client, {
        key: {
          Put: {
            TableName: table,
            Item: apiKeyItem(key, secretSha256),
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
        pointer: { Put: { TableName: table, Item: workspaceApiKeyItem(key, secretSha256) } },
        count: {
          Update: {
            TableName: table,
            Key: workspaceKey(key.workspaceId),
            UpdateExpression: 'ADD key_count :one',
            ConditionExpression: '#status = :active AND (attribute_not_exists(key_count) OR key_count < :max)',
            ExpressionAttributeNames: { '#status': 'status' },
            ExpressionAttributeValues: { ':one': 1, ':active': 'active', ':max': MAX_API_KEYS },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          },
        },
        entry: { Put: { TableName: table, Item: auditItem(entry) } },
      });
      // What stands under 187 random bits is this very key: the first answer was lost.
      if (refusals === null || refusals.has('key')) return 'created';
      return refusals.get('count')?.['status'] === 'active' ? 'full' : 'gone';
    },

    async list(workspaceId, limit, after) {
      const found = await pointers(workspaceId, limit + 1, after);
      const page = found.slice(0, limit);
      const keys = page.map(({ secretSha256 }) => apiKeyKey(secretSha256));
      const items = (await batchGet(client, table, keys, { consistent: true })).map(fromApiKeyItem);
      const byId = new Map(items.map((key) => [key.id, key]));
      return {
        items: page.flatMap(({ keyId }) => byId.get(keyId) ?? []),
        cursor: found.length > limit ? (page.at(-1)?.keyId ?? null) : null,
      };
    },

    async revoke(workspaceId, keyId, entry) {
      const Key = workspaceApiKeyKey(workspaceId, keyId);
      const { Item } = await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
      if (Item === undefined) return 'missing';
      // Refused is that somebody else has revoked it since, which is as good.
      await transact(client, {
        ...deletions(workspaceId, { keyId, secretSha256: String(Item['secret_sha256']) }),
        count: countLess(workspaceId, 1),
        entry: { Put: { TableName: table, Item: auditItem(entry) } },
      });
      return 'revoked';
    },

    async revokeSome(workspaceId, limit, entryOf) {
      const found = await pointers(workspaceId, limit, null);
      if (found.length === 0) return 'done';
      const writes = found.flatMap((pointer) =>
        Object.entries({
          ...deletions(workspaceId, pointer),
          [`entry ${pointer.keyId}`]: { Put: { TableName: table, Item: auditItem(entryOf(pointer.keyId)) } },
        }),
      );
      const refusals = await transact(client, {
        ...Object.fromEntries(writes),
        count: countLess(workspaceId, found.length),
      });
      // Refused: somebody revokes the same keys at this moment, and what they leave is looked for again.
      return refusals === null && found.length < limit ? 'done' : 'more';
    },
  };
}

type Pointer = { readonly keyId: string; readonly secretSha256: string };
