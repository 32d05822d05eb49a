import { randomBytes } from 'node:crypto';
import { hashGate } from '../core/accounts/hash-gate.ts';
import { accountStore } from './account-store.ts';
import { attempts } from './attempts.ts';
import { credentialChanges } from './credential-changes.ts';
import { documentClient } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';
import { inviteStore } from './invite-store.ts';
import { knownDevices } from './known-devices.ts';
import { publicKeyStore, verificationKeys } from './public-keys.ts';
import { registrationStore } from './registration-store.ts';
import { sessionDeps } from './session-deps.ts';
import { userStore } from './user-store.ts';
import { userTokenStore } from './user-token-store.ts';
import { windowCounter } from './window-counter.ts';
import { workspaceStore } from './workspace-store.ts';

const nowMs = Date.now;

/** One argon2id keeps a core busy; who would wait longer than eight of them had better come again. */
const GATE_SIZE = { atOnce: 1, waiting: 8 } as const;

/** What the auth function stands on, built once per environment. */
export function authDeps(env: FunctionEnv<'auth'>) {
  const client = documentClient();
  const table = env.ACCOUNTS_TABLE;
  const tables = { accounts: table, outbox: env.OUTBOX_TABLE };
  const publicKeys = publicKeyStore(client, table);
  const publishedKeys = async () => (await publicKeys.read()).keys;
  return {
    ...sessionDeps(client, env),
    users: userStore(client, table),
    accounts: accountStore(client, table),
    registrations: registrationStore(client, tables, nowMs),
    tokens: userTokenStore(client, tables, nowMs),
    changes: credentialChanges(client, tables, nowMs),
    attempts: attempts(windowCounter(client, table)),
    devices: knownDevices(client, table),
    publishedKeys,
    accessTokens: { issuer: env.TOKEN_ISSUER, findKey: verificationKeys(publishedKeys, nowMs), nowMs },
    invites: inviteStore(client, tables),
    workspaces: workspaceStore(client, tables, nowMs),
    hashGate: hashGate(GATE_SIZE),
    isRegistrationOpen: env.REGISTRATION === 'open',
    originSecret: env.ORIGIN_SECRET,
    randomBytes,
    nowMs,
  };
}
