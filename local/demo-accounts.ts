import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { apiKeyItem, workspaceItem } from '../adapters/account-items.ts';
import { TABLE_ENV } from '../adapters/env.ts';
import { hashApiKey, newApiKey, SCOPES } from '../core/accounts/api-key.ts';
import type { PlanName } from '../core/accounts/plan.ts';
import { REGION } from './cloud/account.ts';
import { ADMIN_ACCESS_KEY_ID } from './engines/iam.ts';
import type { Laptop } from './laptop.ts';

/** The keys of the two demo workspaces, in clear text. */
export type DemoKeys = { readonly apiKey: string; readonly freeApiKey: string };

type DemoWorkspace = { readonly id: string; readonly name: string; readonly plan: PlanName };

/** Fixed ids: a lost demo.json gets new keys for the same workspaces. */
const UNLIMITED: DemoWorkspace = { id: 'ws_demo', name: 'Demo', plan: 'unlimited' };
const FREE: DemoWorkspace = { id: 'ws_demofree', name: 'Demo, free plan', plan: 'free' };

/** Puts both workspaces and a new key for each straight into the Accounts table, as nobody can sign up yet. */
export async function createDemoAccounts(laptop: Laptop): Promise<DemoKeys> {
  const client = new DynamoDBClient({
    endpoint: laptop.engines.dynamoDb.url,
    region: REGION,
    credentials: { accessKeyId: ADMIN_ACCESS_KEY_ID, secretAccessKey: 'laptop' },
  });
  const documents = DynamoDBDocumentClient.from(client);
  const put = async (item: Record<string, unknown>): Promise<void> => {
    await documents.send(new PutCommand({ TableName: accountsTableOf(laptop), Item: item }));
  };
  const accountOf = async ({ id, name, plan }: DemoWorkspace): Promise<string> => {
    const createdAtMs = Date.now();
    const key = newApiKey(randomBytes);
    const keyFacts = {
      id: `key_${randomBytes(8).toString('hex')}`,
      workspaceId: id,
      name: 'demo',
      scopes: SCOPES,
      createdAtMs,
    };
    await put(workspaceItem({ id, name, plan, createdAtMs }));
    await put(apiKeyItem(keyFacts, hashApiKey(key)));
    return key;
  };
  try {
    return { apiKey: await accountOf(UNLIMITED), freeApiKey: await accountOf(FREE) };
  } finally {
    client.destroy();
  }
}

function accountsTableOf({ plan }: Laptop): string {
  const name = plan.functions.map(({ env }) => env[TABLE_ENV.accounts]).find((found) => found !== undefined);
  if (name === undefined) throw new Error(`No function has the variable ${TABLE_ENV.accounts}.`);
  return name;
}
