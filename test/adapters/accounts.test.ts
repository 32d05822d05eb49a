import { GetCommand, QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { accountStore } from '../../adapters/account-store.ts';
import { attempts } from '../../adapters/attempts.ts';
import { fromAuditItem } from '../../adapters/audit-items.ts';
import { credentialChanges } from '../../adapters/credential-changes.ts';
import { knownDevices } from '../../adapters/known-devices.ts';
import { registrationStore } from '../../adapters/registration-store.ts';
import {
  administratorsKey,
  auditKey,
  emailPartition,
  memberKey,
  membershipKey,
  traceKey,
  workspaceKey,
} from '../../adapters/table.ts';
import { userStore } from '../../adapters/user-store.ts';
import { userTokenStore } from '../../adapters/user-token-store.ts';
import { windowCounter } from '../../adapters/window-counter.ts';
import { fromMemberItem, fromWorkspaceItem } from '../../adapters/workspace-items.ts';
import { ACCOUNT_LIMIT } from '../../core/accounts/check-password.ts';
import { newAccount } from '../../core/accounts/create-user.ts';
import { emailSha256 } from '../../core/accounts/email.ts';
import { seededBytes } from '../../core/accounts/idempotency.ts';
import { NOW_MS } from '../fixtures/links.ts';
import type { AccountStores } from '../fixtures/memory-accounts.ts';
import { memoryAccounts } from '../fixtures/memory-accounts.ts';
import { memoryWindowCounter } from '../fixtures/memory-window-counter.ts';
import type { TestTables } from '../fixtures/tables.ts';
import { startTables } from '../fixtures/tables.ts';
import { accountsContract } from './contracts/accounts.ts';

let tables: TestTables;
let stores: AccountStores;
beforeAll(async () => {
  tables = await startTables();
  const names = { accounts: 'accounts', outbox: 'outbox' };
  const nowMs = () => NOW_MS;
  stores = {
    users: userStore(tables.client, 'accounts'),
    accounts: accountStore(tables.client, 'accounts'),
    registrations: registrationStore(tables.client, names, nowMs),
    tokens: userTokenStore(tables.client, names, nowMs),
    changes: credentialChanges(tables.client, names, nowMs),
    devices: knownDevices(tables.client, 'accounts'),
  };
});
afterAll(() => tables.close());

const inMemory = memoryAccounts();
accountsContract('in memory', () => ({
  stores: inMemory,
  mailsTo: async (address) => inMemory.mails.filter(({ to }) => to === address).map(({ kind }) => kind),
}));
accountsContract('in DynamoDB', () => ({ stores, mailsTo: mailsInTable }));

async function mailsInTable(address: string): Promise<readonly string[]> {
  const { Items = [] } = await tables.client.send(new ScanCommand({ TableName: 'outbox' }));
  const mails = Items.map(({ mail }) => mail as { to: string; kind: string });
  return mails.filter(({ to }) => to === address).map(({ kind }) => kind);
}

const readItem = async (Key: { pk: string; sk: string }) =>
  (await tables.client.send(new GetCommand({ TableName: 'accounts', Key }))).Item;

const deps = { randomBytes: seededBytes('adapters'), nowMs: () => NOW_MS };
const draftOf = (email: string, isAdmin = false) =>
  ({ email, name: 'Ada', passwordHash: 'hash', isAdmin, plan: 'pro' }) as const;

describe('A new account', () => {
  it('comes with its workspace, its membership both ways, its trace and the first entry of its log', async () => {
    const account = newAccount(deps, draftOf('whole@example.com'), 'person');
    await stores.accounts.create(account, null);
    const { user, workspace, member, auditEntry } = account;
    expect(fromWorkspaceItem((await readItem(workspaceKey(workspace.id))) ?? {})).toEqual(workspace);
    expect(fromMemberItem((await readItem(memberKey(workspace.id, user.id))) ?? {})).toEqual(member);
    expect(await readItem(membershipKey(user.id, workspace.id))).toMatchObject({ workspace_id: workspace.id });
    expect(await readItem(traceKey(user.id, workspace.id))).toMatchObject({ workspace_id: workspace.id });
    expect(fromAuditItem((await readItem(auditKey(workspace.id, auditEntry.id))) ?? {})).toEqual(auditEntry);
    expect(auditEntry).toMatchObject({ action: 'workspace.created', actor: { kind: 'user', id: user.id } });
  });

  it('of an administrator is counted among them', async () => {
    const { user } = newAccount(deps, draftOf('admin@example.com', true), 'operator');
    await stores.accounts.create({ ...newAccount(deps, draftOf('admin@example.com', true), 'operator'), user }, null);
    expect((await readItem(administratorsKey()))?.['user_ids']).toContain(user.id);
  });

  it('has its address in no key', async () => {
    await stores.accounts.create(newAccount(deps, draftOf('hidden@example.com'), 'person'), null);
    const { Items = [] } = await tables.client.send(new ScanCommand({ TableName: 'accounts' }));
    expect(Items.filter(({ pk, sk }) => `${String(pk)} ${String(sk)}`.includes('hidden'))).toEqual([]);
    const { Items: owners = [] } = await tables.client.send(
      new QueryCommand({
        TableName: 'accounts',
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': emailPartition(emailSha256('hidden@example.com')) },
      }),
    );
    expect(JSON.stringify(owners)).not.toContain('hidden');
  });

  it('whose answer was lost on its way is made once, and told as made', async () => {
    const account = newAccount(deps, draftOf('lost@example.com'), 'person');
    let calls = 0;
    tables.engine.faultFor = ({ action }) => {
      if (action !== 'dynamodb:PutItem') return null;
      calls += 1;
      return calls === 1 ? { kind: 'lose-answer' } : null;
    };
    try {
      expect(await stores.accounts.create(account, null)).toBe('created');
    } finally {
      tables.engine.faultFor = null;
    }
    expect(await stores.users.findByEmail('lost@example.com')).toEqual(account.user);
  });
});

describe('Looking for an address', () => {
  it.each([['known@example.com'], ['nobody@example.com']])('reads twice for %s', async (email) => {
    if (email.startsWith('known')) await stores.accounts.create(newAccount(deps, draftOf(email), 'person'), null);
    const actions: string[] = [];
    tables.engine.faultFor = ({ action }) => {
      actions.push(action);
      return null;
    };
    try {
      await stores.users.findByEmail(email);
    } finally {
      tables.engine.faultFor = null;
    }
    expect(actions).toEqual(['dynamodb:GetItem', 'dynamodb:GetItem']);
  });
});

describe.each([
  ['in memory', () => attempts(memoryWindowCounter())],
  ['in DynamoDB', () => attempts(windowCounter(tables.client, 'accounts'))],
] as const)('Attempts %s', (name, storeOf) => {
  const take = (store: ReturnType<typeof attempts>, subject: string, nowMs = NOW_MS) =>
    store.take(ACCOUNT_LIMIT, subject, nowMs);

  it('are ten of two hundred at once', async () => {
    const store = storeOf();
    const outcomes = await Promise.all(Array.from({ length: 200 }, () => take(store, `${name} flood`)));
    expect(outcomes.filter(({ allowed }) => allowed)).toHaveLength(10);
    expect(outcomes.find(({ allowed }) => !allowed)?.resetAtMs).toBe(NOW_MS + 900_000);
  });

  it('end at a hundred without a right one, and then for long', async () => {
    const store = storeOf();
    const subject = `${name} row`;
    let looked = 0;
    for (let quarter = 0; quarter < 12; quarter += 1) {
      for (let guess = 0; guess < 11; guess += 1) {
        if ((await take(store, subject, NOW_MS + quarter * 900_000)).allowed) looked += 1;
      }
    }
    expect(looked).toBe(100);
    const { resetAtMs } = await take(store, subject, NOW_MS + 12 * 900_000);
    expect(resetAtMs).toBe(NOW_MS + 365 * 86_400_000);
    await store.forget(ACCOUNT_LIMIT, subject);
    expect(await take(store, subject, NOW_MS + 12 * 900_000)).toMatchObject({ allowed: true });
  });

  it('begin a new row after a success, which gives back but its own', async () => {
    const store = storeOf();
    const subject = `${name} success`;
    for (let guess = 0; guess < 9; guess += 1) await take(store, subject);
    await take(store, subject);
    await store.succeed(ACCOUNT_LIMIT, subject);
    expect([await take(store, subject), await take(store, subject)].map(({ allowed }) => allowed)).toEqual([
      true,
      false,
    ]);
  });
});
