import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { apiKeyItem, workspaceApiKeyItem } from '../adapters/api-key-items.ts';
import { TABLE_ENV } from '../adapters/env.ts';
import { administratorsKey, ownedWorkspacesKey } from '../adapters/table.ts';
import { emailOwnerItem, userItem } from '../adapters/user-items.ts';
import { memberItem, membershipItem, traceItem, workspaceItem } from '../adapters/workspace-items.ts';
import { type ApiKey, hashApiKey, newApiKey, prefixOf } from '../core/accounts/api-key.ts';
import { newPasswordHash } from '../core/accounts/password.ts';
import { SCOPES } from '../core/accounts/permissions.ts';
import type { PlanName } from '../core/accounts/plan.ts';
import { DEFAULT_PREFERENCES, type User } from '../core/accounts/user.ts';
import { newShortCode } from '../core/links/short-code.ts';
import { newSortableId } from '../core/sortable-id.ts';
import { REGION } from './cloud/account.ts';
import { ADMIN_ACCESS_KEY_ID } from './engines/iam.ts';
import type { Laptop } from './laptop.ts';

/** How to get in, in clear text: the demo user, and the keys of their two workspaces. */
export type DemoCredentials = {
  readonly email: string;
  readonly password: string;
  readonly apiKey: string;
  readonly freeApiKey: string;
};

type DemoWorkspace = { readonly id: string; readonly name: string; readonly plan: PlanName };
type Item = Readonly<Record<string, unknown>>;

/** Fixed ids: a lost demo.json gets another password and other keys for the same accounts. */
const USER_ID = 'usr_demo';
const EMAIL = 'demo@signpost.localhost';
const UNLIMITED: DemoWorkspace = { id: 'ws_demo', name: 'Demo', plan: 'unlimited' };
const FREE: DemoWorkspace = { id: 'ws_demofree', name: 'Demo, free plan', plan: 'free' };
const PASSWORD_LENGTH = 20;

/** Added and not put: there may be others by now. */
const ONE_MORE_ADMINISTRATOR = {
  Key: administratorsKey(),
  UpdateExpression: 'ADD user_ids :ids',
  ExpressionAttributeValues: { ':ids': new Set([USER_ID]) },
};

/**
 * Puts the demo user, an administrator, and their workspaces with a key each straight into the Accounts table, all at
 * once. Keys that are given stay what they are; what is there already is written anew.
 */
export async function createDemoAccounts(laptop: Laptop, known: Partial<DemoCredentials>): Promise<DemoCredentials> {
  const credentials: DemoCredentials = {
    email: EMAIL,
    password: newShortCode(randomBytes, PASSWORD_LENGTH),
    apiKey: known.apiKey ?? newApiKey(randomBytes),
    freeApiKey: known.freeApiKey ?? newApiKey(randomBytes),
  };
  const nowMs = Date.now();
  await putAll(laptop, [
    ...(await userItems(credentials, nowMs)),
    ...workspaceItems(UNLIMITED, credentials.apiKey, nowMs),
    ...workspaceItems(FREE, credentials.freeApiKey, nowMs),
  ]);
  return credentials;
}

async function userItems({ email, password }: DemoCredentials, nowMs: number): Promise<Item[]> {
  const user: User = {
    id: USER_ID,
    email,
    name: 'Demo',
    passwordHash: await newPasswordHash(password),
    passwordChangedAtMs: nowMs,
    isAdmin: true,
    status: 'active',
    personalWorkspaceId: UNLIMITED.id,
    preferences: DEFAULT_PREFERENCES,
    version: 1,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
  // The free workspace: the personal one is not counted.
  return [userItem(user), emailOwnerItem(email, USER_ID), { ...ownedWorkspacesKey(USER_ID), owned: 1 }];
}

function workspaceItems({ id, name, plan }: DemoWorkspace, key: string, nowMs: number): Item[] {
  const member = { workspaceId: id, userId: USER_ID, role: 'owner', joinedAtMs: nowMs } as const;
  const apiKey: ApiKey = {
    id: newSortableId('key', nowMs, randomBytes),
    workspaceId: id,
    name: 'demo',
    prefix: prefixOf(key),
    scopes: SCOPES,
    createdAtMs: nowMs,
    expiresAtMs: null,
    lastUsedAtMs: null,
  };
  return [
    workspaceItem({ id, name, plan, ownerId: USER_ID, status: 'active', version: 1, createdAtMs: nowMs }),
    memberItem(member),
    membershipItem(member),
    traceItem(member),
    apiKeyItem(apiKey, hashApiKey(key)),
    workspaceApiKeyItem(apiKey, hashApiKey(key)),
  ];
}

async function putAll(laptop: Laptop, items: readonly Item[]): Promise<void> {
  const client = new DynamoDBClient({
    endpoint: laptop.engines.dynamoDb.url,
    region: REGION,
    credentials: { accessKeyId: ADMIN_ACCESS_KEY_ID, secretAccessKey: 'laptop' },
  });
  const TableName = accountsTableOf(laptop);
  try {
    await DynamoDBDocumentClient.from(client).send(
      new TransactWriteCommand({
        TransactItems: [
          ...items.map((Item) => ({ Put: { TableName, Item } })),
          { Update: { TableName, ...ONE_MORE_ADMINISTRATOR } },
        ],
      }),
    );
  } finally {
    client.destroy();
  }
}

function accountsTableOf({ plan }: Laptop): string {
  const name = plan.functions.map(({ env }) => env[TABLE_ENV.accounts]).find((found) => found !== undefined);
  if (name === undefined) throw new Error(`No function has the variable ${TABLE_ENV.accounts}.`);
  return name;
}
