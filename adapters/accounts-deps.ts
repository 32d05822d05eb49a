import { randomBytes } from 'node:crypto';
import { attempts } from './attempts.ts';
import { auditLog } from './audit-log.ts';
import { documentClient } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';
import { idempotencyStore } from './idempotency-store.ts';
import { inviteStore } from './invite-store.ts';
import { rateLimitStore } from './limits.ts';
import { memberStore } from './member-store.ts';
import { peopleStore } from './people-store.ts';
import { personalDeps } from './personal-deps.ts';
import { userStore } from './user-store.ts';
import { windowCounter } from './window-counter.ts';
import { workspaceStore } from './workspace-store.ts';

const nowMs = Date.now;

/** What the accounts function stands on, built once per environment. */
export function accountsDeps(env: FunctionEnv<'accounts'>) {
  const client = documentClient();
  const tables = { accounts: env.ACCOUNTS_TABLE, outbox: env.OUTBOX_TABLE };
  return {
    ...personalDeps(client, { ...tables, links: env.LINKS_TABLE }, nowMs),
    workspaces: workspaceStore(client, tables, nowMs),
    members: memberStore(client, env.ACCOUNTS_TABLE),
    invites: inviteStore(client, tables),
    audit: auditLog(client, env.ACCOUNTS_TABLE),
    people: peopleStore(client, env.ACCOUNTS_TABLE),
    users: userStore(client, env.ACCOUNTS_TABLE),
    attempts: attempts(windowCounter(client, env.ACCOUNTS_TABLE)),
    originSecret: env.ORIGIN_SECRET,
    rateLimits: rateLimitStore(windowCounter(client, env.ACCOUNTS_TABLE)),
    idempotency: idempotencyStore(client, env.ACCOUNTS_TABLE),
    randomBytes,
    nowMs,
  };
}
