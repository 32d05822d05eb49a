import { accountClosing } from '../../adapters/account-closing.ts';
import { enrolAdministrator } from '../../adapters/administrators.ts';
import { transact } from '../../adapters/transaction.ts';
import { makeWorkspace } from '../../core/accounts/make-workspace.ts';
import { listMyWorkspaces } from '../../core/accounts/my-workspaces.ts';
import { MAX_OWNED_WORKSPACES } from '../../core/accounts/workspace.ts';
import { NOW_MS } from '../fixtures/links.ts';
import { memoryWorkspaces } from '../fixtures/memory-workspaces.ts';
import { storedWorkspaces } from '../fixtures/stored-workspaces.ts';
import type { TestTables } from '../fixtures/tables.ts';
import { startTables } from '../fixtures/tables.ts';
import { workspaceWorld } from '../fixtures/workspace-world.ts';
import { auditLogContract } from './contracts/audit-log.ts';
import { inviteStoreContract } from './contracts/invite-store.ts';
import { memberStoreContract } from './contracts/member-store.ts';
import { workspaceStoreContract } from './contracts/workspace-store.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.close());

const inMemory = memoryWorkspaces();
for (const contract of [workspaceStoreContract, memberStoreContract, inviteStoreContract, auditLogContract]) {
  contract('in memory', () => inMemory);
  contract('in DynamoDB', () => storedWorkspaces(tables));
}

describe('An account that owns as many workspaces as one may', () => {
  it('can still be closed with all of them in one transaction', async () => {
    const kept = storedWorkspaces(tables);
    const { deps, person, seed } = workspaceWorld(kept);
    const owner = await person({ isAdmin: true });
    for (const id of [owner.id, 'usr_other'])
      await transact(tables.client, { administrators: enrolAdministrator('accounts', id) });
    for (let owned = 1; owned < MAX_OWNED_WORKSPACES; owned += 1)
      await makeWorkspace(deps, owner.id, `Number ${owned}`, seed());
    const closing = accountClosing(tables.client, { accounts: 'accounts', outbox: 'outbox' });
    expect(await closing.close(owner, NOW_MS)).toBe('closed');
    expect((await listMyWorkspaces(deps, owner.id, 100, null)).items).toEqual([]);
    const erasures = (await kept.jobsWritten()).filter(({ kind }) => kind === 'erase-workspace');
    expect(erasures.length).toBeGreaterThanOrEqual(MAX_OWNED_WORKSPACES);
  });
});
