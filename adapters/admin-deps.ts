import { randomBytes } from 'node:crypto';
import type { OperateDeps } from '../core/accounts/operate.ts';
import { accountStore } from './account-store.ts';
import { documentClient } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';
import { sessionStore } from './session-store.ts';
import { userDirectory } from './user-directory.ts';
import { userStore } from './user-store.ts';

/** What the operator's commands stand on. */
export function adminDeps(env: FunctionEnv<'admin'>): OperateDeps {
  const client = documentClient();
  const table = env.ACCOUNTS_TABLE;
  return {
    accounts: accountStore(client, table),
    directory: userDirectory(client, table, userStore(client, table)),
    sessions: sessionStore(client, table),
    randomBytes,
    nowMs: Date.now,
  };
}
