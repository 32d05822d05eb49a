import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { CredentialStore, Person } from '../core/accounts/authenticate.ts';
import type { User } from '../core/accounts/user.ts';
import { fromApiKeyItem } from './api-key-items.ts';
import type { DocumentClient } from './dynamodb.ts';
import { fromSessionItem } from './session-items.ts';
import { apiKeyKey, memberKey, sessionKey, userKey, workspaceKey } from './table.ts';
import { fromMemberItem, fromWorkspaceItem } from './workspace-items.ts';

type Key = { readonly pk: string; readonly sk: string };
type Item = Readonly<Record<string, unknown>>;

/** A date of last use is not worth a caller's time. */
const NOTE_TIMEOUT_MS = 250;

/** Reads are consistent: a new session opens at once, and what was revoked stays so. */
export function credentialStore(client: DocumentClient, table: string): CredentialStore {
  const find = async <T>(Key: Key, from: (item: Item) => T, attributes?: Projection): Promise<T | null> => {
    const { Item } = await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true, ...attributes }));
    return Item === undefined ? null : from(Item);
  };
  const noteUse = (Key: Key, atMs: number): Promise<void> => noteLastUse(client, table, Key, atMs);
  return {
    findApiKey: (secretSha256Hex) => find(apiKeyKey(secretSha256Hex), fromApiKeyItem),
    findSession: (userId, sessionId) => find(sessionKey(userId, sessionId), fromSessionItem),
    findPerson: (userId) => find(userKey(userId), fromPersonItem, PERSON),
    findWorkspace: (workspaceId) => find(workspaceKey(workspaceId), fromWorkspaceItem),
    findMember: (workspaceId, userId) => find(memberKey(workspaceId, userId), fromMemberItem),
    noteApiKeyUse: (secretSha256Hex, atMs) => noteUse(apiKeyKey(secretSha256Hex), atMs),
    noteSessionUse: (userId, sessionId, atMs) => noteUse(sessionKey(userId, sessionId), atMs),
  };
}

type Projection = {
  readonly ProjectionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
};

/** Neither the address nor the password's hash of a person is read where they are not needed. */
const PERSON: Projection = {
  ProjectionExpression: 'id, #status, is_admin, personal_workspace_id, preferences',
  ExpressionAttributeNames: { '#status': 'status' },
};

const fromPersonItem = (item: Item): Person => ({
  id: String(item['id']),
  status: item['status'] as User['status'],
  isAdmin: item['is_admin'] === true,
  personalWorkspaceId: String(item['personal_workspace_id']),
  preferences: item['preferences'] as User['preferences'],
});

/** Of what is still there, and never back in time. */
async function noteLastUse(client: DocumentClient, table: string, Key: Key, atMs: number): Promise<void> {
  const update = new UpdateCommand({
    TableName: table,
    Key,
    UpdateExpression: 'SET last_used_at_ms = :at',
    ConditionExpression: 'attribute_exists(pk) AND (attribute_type(last_used_at_ms, :null) OR last_used_at_ms < :at)',
    ExpressionAttributeValues: { ':at': atMs, ':null': 'NULL' },
  });
  try {
    await client.send(update, { abortSignal: AbortSignal.timeout(NOTE_TIMEOUT_MS) });
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}
