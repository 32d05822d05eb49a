import { memoryWorkspaces } from '../fixtures/memory-workspaces.ts';
import { storedWorkspaces } from '../fixtures/stored-workspaces.ts';
import type { TestTables } from '../fixtures/tables.ts';
import { startTables } from '../fixtures/tables.ts';
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
