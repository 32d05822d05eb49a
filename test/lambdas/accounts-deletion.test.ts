import { fromJobItem } from '../../adapters/outbox-items.ts';
import { memberItem, membershipItem } from '../../adapters/workspace-items.ts';
import type { User } from '../../core/accounts/user.ts';
import { MAX_OWNED_WORKSPACES } from '../../core/accounts/workspace.ts';
import { anEntry } from '../fixtures/audit-entries.ts';
import { wordOf } from '../fixtures/failures.ts';
import { keyIdentity } from '../fixtures/identities.ts';
import type { PersonalWorld } from '../fixtures/personal-world.ts';
import { bodyOf, personalWorld } from '../fixtures/personal-world.ts';
import { problemIn } from '../fixtures/problems.ts';
import type { TestTables } from '../fixtures/tables.ts';
import { startTables } from '../fixtures/tables.ts';

let tables: TestTables;
let world: PersonalWorld;
let ada: User;
beforeEach(async () => {
  tables = await startTables();
  world = personalWorld(tables);
  ada = await world.person();
});
afterEach(async () => {
  tables.engine.faultFor = null;
  await tables.close();
});

const remove = (user = ada, headers: Record<string, string> = {}) =>
  world.call('DELETE', '/v1/users/me', { ...world.as(user), headers });
const jobs = async () => (await world.stored('outbox')).map(fromJobItem);
const statusOf = async (workspaceId: string) => (await world.workspaces.find(workspaceId))?.status;

/** Lets something else happen just before the next transaction is sent. */
function beforeFirstTransaction(meanwhile: () => Promise<void>): void {
  let isOver = false;
  world.client.middlewareStack.add(
    (next, context) => async (args) => {
      if (!isOver && context.commandName === 'TransactWriteItemsCommand') {
        isOver = true;
        await meanwhile();
      }
      return next(args);
    },
    { step: 'initialize' },
  );
}

describe('Deleting an account', () => {
  it('ends it and all of its workspaces at once, and asks for their erasure', async () => {
    const owned = await world.workspace(ada);
    const eve = await world.person();
    const answer = await remove();
    expect([answer.statusCode, bodyOf(answer)]).toEqual([202, { status: 'erasing' }]);
    expect(answer.multiValueHeaders?.['set-cookie']?.map((cookie) => String(cookie).split('=; Max-Age=0')[0])).toEqual([
      '__Host-signpost_access',
      '__Host-signpost_refresh',
      '__Host-signpost_device',
    ]);
    expect((await world.deps.users.find(ada.id))?.status).toBe('deleted');
    expect(await Promise.all([ada.personalWorkspaceId, owned.id].map(statusOf))).toEqual(['deleted', 'deleted']);
    expect(await jobs()).toHaveLength(3);
    expect(await jobs()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'erase-user', userId: ada.id }),
        expect.objectContaining({ kind: 'erase-workspace', workspaceId: ada.personalWorkspaceId }),
        expect.objectContaining({ kind: 'erase-workspace', workspaceId: owned.id }),
      ]),
    );
    expect([(await world.deps.users.find(eve.id))?.status, await statusOf(eve.personalWorkspaceId)]).toEqual([
      'active',
      'active',
    ]);
  });

  it('again is as good as once', async () => {
    await remove();
    const before = [await world.stored(), await jobs()];
    expect((await remove()).statusCode).toBe(202);
    const parallel = await Promise.all(Array.from({ length: 5 }, () => remove()));
    expect(parallel.map(({ statusCode }) => statusCode)).toEqual([202, 202, 202, 202, 202]);
    expect([await world.stored(), await jobs()]).toEqual(before);
  });

  it('asked for by several at the same moment happens once', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => remove()));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([202, 202, 202, 202, 202]);
    expect(await jobs()).toHaveLength(2);
    expect((await world.deps.users.find(ada.id))?.version).toBe(2);
  });

  it('with If-Match is refused from another version', async () => {
    expect(problemIn(await remove(ada, { 'if-match': '"2"' })).error).toBe('VERSION_CONFLICT');
    expect(await jobs()).toEqual([]);
    expect((await remove(ada, { 'if-match': '"1"' })).statusCode).toBe(202);
  });

  it('takes as many workspaces as one account may own, in one transaction, and an administrator too', async () => {
    await world.person({ isAdmin: true });
    const owner = await world.person({ isAdmin: true });
    const made = [];
    while (made.length < MAX_OWNED_WORKSPACES - 1) made.push(await world.workspace(owner));
    expect(await wordOf(() => world.workspace(owner))).toBe('LIMIT_REACHED');
    expect((await remove(owner)).statusCode).toBe(202);
    expect(new Set(await Promise.all(made.map(({ id }) => statusOf(id))))).toEqual(new Set(['deleted']));
    expect(await jobs()).toHaveLength(MAX_OWNED_WORKSPACES + 1);
  });

  it('leaves no workspace over that is made between looking for them and ending them', async () => {
    const made: string[] = [];
    beforeFirstTransaction(async () => {
      made.push((await world.workspace(ada)).id);
    });
    expect((await remove()).statusCode).toBe(202);
    expect(made).toHaveLength(1);
    expect(await statusOf(made[0] ?? '')).toBe('deleted');
    expect(await jobs()).toHaveLength(3);
  });

  it('does not end a workspace that is given away between, also where another takes its place', async () => {
    const made: string[] = [];
    const eve = await world.person();
    const shared = await world.workspace(ada);
    const member = { workspaceId: shared.id, userId: eve.id, role: 'admin', joinedAtMs: world.clock.nowMs } as const;
    for (const item of [memberItem(member), membershipItem(member)]) await world.put(item);
    beforeFirstTransaction(async () => {
      const entry = anEntry({ workspaceId: shared.id, action: 'workspace.transferred' });
      await world.workspaces.transfer(shared.id, { fromId: ada.id, toId: eve.id }, entry);
      made.push((await world.workspace(ada)).id);
    });
    expect((await remove()).statusCode).toBe(202);
    expect(await world.workspaces.find(shared.id)).toMatchObject({ status: 'active', ownerId: eve.id });
    expect(await statusOf(made[0] ?? '')).toBe('deleted');
    expect(await jobs()).toHaveLength(3);
  });

  it('that fails half-way has done nothing', async () => {
    tables.engine.faultFor = ({ action }) =>
      action === 'dynamodb:TransactWriteItems'
        ? { kind: 'refuse', status: 400, errorType: 'ValidationException' }
        : null;
    expect((await remove()).statusCode).toBe(500);
    expect((await world.deps.users.find(ada.id))?.status).toBe('active');
    expect([await statusOf(ada.personalWorkspaceId), await jobs()]).toEqual(['active', []]);
  });

  it('whose answer is lost is done once', async () => {
    let lost = false;
    tables.engine.faultFor = ({ action }) => {
      if (lost || action !== 'dynamodb:TransactWriteItems') return null;
      lost = true;
      return { kind: 'lose-answer' };
    };
    expect((await remove()).statusCode).toBe(202);
    expect(await jobs()).toHaveLength(2);
  });

  it('is no key’s business', async () => {
    const answer = await world.call('DELETE', '/v1/users/me', { identity: keyIdentity() });
    expect(problemIn(answer).error).toBe('FORBIDDEN');
  });
});
