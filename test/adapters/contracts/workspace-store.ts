import { deleteWorkspace, findWorkspace, renameWorkspace } from '../../../core/accounts/change-workspace.ts';
import { makeWorkspace } from '../../../core/accounts/make-workspace.ts';
import { leaveWorkspace } from '../../../core/accounts/members.ts';
import { listMyWorkspaces } from '../../../core/accounts/my-workspaces.ts';
import { transferWorkspace } from '../../../core/accounts/transfer-workspace.ts';
import { MAX_OWNED_WORKSPACES } from '../../../core/accounts/workspace.ts';
import { wordOf } from '../../fixtures/failures.ts';
import type { KeptWorkspaces } from '../../fixtures/workspace-world.ts';
import { workspaceWorld } from '../../fixtures/workspace-world.ts';

/** What workspaces promise, wherever they are kept. */
export function workspaceStoreContract(name: string, kept: () => KeptWorkspaces): void {
  const newWorld = () => workspaceWorld(kept());

  describe(`A workspace ${name}`, () => {
    it('is made with its owner as the only member, and its log begins', async () => {
      const { deps, workspace: make, roles, actions } = newWorld();
      const { owner, id, made } = await make();
      expect(await deps.workspaces.find(id)).toEqual(made);
      expect(made).toMatchObject({ name: 'Acme', plan: 'free', ownerId: owner.id, status: 'active', version: 1 });
      expect([...(await roles(id))]).toEqual([[owner.id, 'owner']]);
      expect(await actions(id)).toEqual(['workspace.created']);
    });

    it('is made once, however often the request comes', async () => {
      const { deps, person, seed, clock } = newWorld();
      const owner = await person();
      const seeded = seed();
      const first = await makeWorkspace(deps, owner.id, 'Once', seeded);
      clock.nowMs += 5_000;
      expect(await makeWorkspace(deps, owner.id, 'Once', seeded)).toEqual(first);
      const { items } = await listMyWorkspaces(deps, owner.id, 100, null);
      expect(items).toHaveLength(2);
    });

    it('is one of forty-eight at most, whoever asks at the same moment', async () => {
      const { deps, person, seed } = newWorld();
      const owner = await person();
      const words: (string | null)[] = [];
      for (let round = 0; round < 5; round += 1) {
        words.push(
          ...(await Promise.all(
            Array.from({ length: 10 }, () => wordOf(() => makeWorkspace(deps, owner.id, 'Many', seed()))),
          )),
        );
      }
      expect(words.filter((word) => word === null)).toHaveLength(MAX_OWNED_WORKSPACES - 1);
      expect(words.filter((word) => word === 'LIMIT_REACHED')).toHaveLength(50 - MAX_OWNED_WORKSPACES + 1);
      const { items } = await listMyWorkspaces(deps, owner.id, 100, null);
      expect(items).toHaveLength(MAX_OWNED_WORKSPACES);
      const [last] = items.slice(-1);
      const of = {
        workspaceId: last?.workspace.id ?? '',
        principal: { kind: 'user', userId: owner.id, sessionId: '' },
      } as const;
      await deleteWorkspace(deps, of, null);
      expect(await wordOf(() => makeWorkspace(deps, owner.id, 'Room again', seed()))).toBeNull();
      expect(await wordOf(() => makeWorkspace(deps, owner.id, 'Too many', seed()))).toBe('LIMIT_REACHED');
    });

    it('is nobody’s whose account has ended', async () => {
      const { deps, person, seed } = newWorld();
      for (const status of ['deleted', 'suspended'] as const) {
        const { id } = await person({ status });
        expect(await wordOf(() => makeWorkspace(deps, id, 'Late', seed()))).toBe('UNAUTHENTICATED');
      }
      expect(await wordOf(() => makeWorkspace(deps, 'usr_nobody', 'Late', seed()))).toBe('UNAUTHENTICATED');
    });

    it('is renamed from the version that was read, and one of ten with the same ETag wins', async () => {
      const { deps, by, workspace: make, actions } = newWorld();
      const { owner, id } = await make();
      expect(await renameWorkspace(deps, by(owner, id), 'New', null)).toMatchObject({ name: 'New', version: 2 });
      const words = await Promise.all(
        Array.from({ length: 10 }, (_, index) => wordOf(() => renameWorkspace(deps, by(owner, id), `N${index}`, 2))),
      );
      expect(words.filter((word) => word === null)).toHaveLength(1);
      expect(words.filter((word) => word === 'VERSION_CONFLICT')).toHaveLength(9);
      expect(await findWorkspace(deps, id)).toMatchObject({ version: 3 });
      expect(await actions(id)).toEqual(['workspace.changed', 'workspace.changed', 'workspace.created']);
    });

    it('that is deleted is gone for every verb, and its erasure is in the outbox', async () => {
      const { deps, by, workspace: make, join, offer } = newWorld();
      const { owner, id } = await make();
      const member = await join(owner, id);
      await deleteWorkspace(deps, by(owner, id), null);
      expect(await kept().jobsWritten()).toContainEqual({ kind: 'erase-workspace', workspaceId: id });
      const verbs = {
        read: () => findWorkspace(deps, id),
        rename: () => renameWorkspace(deps, by(owner, id), 'New', null),
        delete: () => deleteWorkspace(deps, by(owner, id), null),
        transfer: () => transferWorkspace(deps, id, { fromId: owner.id, toId: member.id }),
        leave: () => leaveWorkspace(deps, by(member, id), member.id),
        invite: () => offer(owner, id, 'late@example.com'),
      };
      for (const [verb, work] of Object.entries(verbs))
        expect([verb, await wordOf(work)]).toEqual([verb, 'WORKSPACE_NOT_FOUND']);
      const { items } = await listMyWorkspaces(deps, owner.id, 100, null);
      expect(items.map(({ workspace }) => workspace.id)).toEqual([owner.personalWorkspaceId]);
    });

    it('is deleted by its owner alone, and with If-Match from that version alone', async () => {
      const { deps, by, workspace: make, join } = newWorld();
      const { owner, id } = await make();
      const admin = await join(owner, id, 'admin');
      expect(await wordOf(() => deleteWorkspace(deps, by(admin, id), null))).toBe('FORBIDDEN');
      const key = { workspaceId: id, principal: { kind: 'key', keyId: 'key_1' } } as const;
      expect(await wordOf(() => deleteWorkspace(deps, key, null))).toBe('FORBIDDEN');
      expect(await wordOf(() => deleteWorkspace(deps, by(owner, id), 7))).toBe('VERSION_CONFLICT');
      expect(await findWorkspace(deps, id)).toMatchObject({ status: 'active' });
      expect(await wordOf(() => deleteWorkspace(deps, by(owner, id), 1))).toBeNull();
    });

    it('that is personal stays as long as its account', async () => {
      const { deps, by, person, join } = newWorld();
      const owner = await person();
      const id = owner.personalWorkspaceId;
      const guest = await join(owner, id, 'admin');
      expect(await wordOf(() => deleteWorkspace(deps, by(owner, id), null))).toBe('PERSONAL_WORKSPACE');
      const people = { fromId: owner.id, toId: guest.id };
      expect(await wordOf(() => transferWorkspace(deps, id, people))).toBe('PERSONAL_WORKSPACE');
      expect(await findWorkspace(deps, id)).toMatchObject({ status: 'active', ownerId: owner.id });
    });

    it('is listed with the role of who asks, a page at a time, the longest standing first', async () => {
      const { deps, person, seed, join, workspace: make } = newWorld();
      const owner = await person();
      const made = [];
      for (let index = 0; index < 5; index += 1) {
        made.push(await makeWorkspace(deps, owner.id, `Number ${index}`, seed()));
      }
      const other = await make();
      const ids: string[] = [];
      let cursor: string | null = null;
      do {
        const page = await listMyWorkspaces(deps, owner.id, 2, cursor);
        expect(page.items.every(({ role }) => role === 'owner')).toBe(true);
        ids.push(...page.items.map(({ workspace }) => workspace.id));
        cursor = page.cursor;
      } while (cursor !== null);
      expect(ids).toEqual([owner.personalWorkspaceId, ...made.map(({ id }) => id)]);
      const guest = await join(other.owner, other.id, 'viewer');
      const { items } = await listMyWorkspaces(deps, guest.id, 100, null);
      expect(items.find(({ workspace }) => workspace.id === other.id)?.role).toBe('viewer');
    });
  });

  describe(`A transfer ${name}`, () => {
    it('makes the member the owner and the owner an admin', async () => {
      const { deps, workspace: make, join, roles, actions } = newWorld();
      const { owner, id } = await make();
      const heir = await join(owner, id, 'viewer');
      await transferWorkspace(deps, id, { fromId: owner.id, toId: heir.id });
      expect(await roles(id)).toEqual(
        new Map([
          [owner.id, 'admin'],
          [heir.id, 'owner'],
        ]),
      );
      expect(await findWorkspace(deps, id)).toMatchObject({ ownerId: heir.id, version: 2 });
      expect((await actions(id))[0]).toBe('workspace.transferred');
    });

    it('is the owner’s, to another member with an account, who has room for it', async () => {
      const { deps, workspace: make, join, person, roles, seed } = newWorld();
      const { owner, id } = await make();
      const admin = await join(owner, id, 'admin');
      const ending = await join(owner, id);
      const rich = await join(owner, id);
      const stranger = await person();
      await kept().putPerson({ ...ending, status: 'deleted' });
      for (let index = 1; index < MAX_OWNED_WORKSPACES; index += 1)
        await makeWorkspace(deps, rich.id, `Number ${index}`, seed());
      const before = await roles(id);
      const transfers = [
        [owner, owner, 'VALIDATION_FAILED'],
        [admin, ending, 'FORBIDDEN'],
        [admin, admin, 'VALIDATION_FAILED'],
        [owner, stranger, 'MEMBER_NOT_FOUND'],
        [owner, ending, 'MEMBER_NOT_FOUND'],
        [owner, rich, 'LIMIT_REACHED'],
      ] as const;
      for (const [from, to, word] of transfers)
        expect(await wordOf(() => transferWorkspace(deps, id, { fromId: from.id, toId: to.id }))).toBe(word);
      expect(await roles(id)).toEqual(before);
    });

    it('counts for both: the giver may make another, the receiver one less', async () => {
      const { deps, workspace: make, join, seed } = newWorld();
      const { owner, id } = await make();
      for (let index = 2; index < MAX_OWNED_WORKSPACES; index += 1)
        await makeWorkspace(deps, owner.id, `Number ${index}`, seed());
      expect(await wordOf(() => makeWorkspace(deps, owner.id, 'Too many', seed()))).toBe('LIMIT_REACHED');
      const heir = await join(owner, id);
      await transferWorkspace(deps, id, { fromId: owner.id, toId: heir.id });
      expect(await wordOf(() => makeWorkspace(deps, owner.id, 'Room again', seed()))).toBeNull();
      for (let index = 2; index < MAX_OWNED_WORKSPACES; index += 1)
        await makeWorkspace(deps, heir.id, `Number ${index}`, seed());
      expect(await wordOf(() => makeWorkspace(deps, heir.id, 'Too many', seed()))).toBe('LIMIT_REACHED');
    });

    it('to a member who leaves at the same moment never leaves the workspace without its owner', async () => {
      const { deps, by, workspace: make, join, roles } = newWorld();
      const outcomes = new Set<string>();
      for (let round = 0; round < 15; round += 1) {
        const { owner, id } = await make();
        const heir = await join(owner, id);
        const work = [
          () => wordOf(() => transferWorkspace(deps, id, { fromId: owner.id, toId: heir.id })),
          () => wordOf(() => leaveWorkspace(deps, by(heir, id), heir.id)),
        ];
        const words = await Promise.all((round % 2 === 0 ? work : work.toReversed()).map((start) => start()));
        const [given, left] = round % 2 === 0 ? words : words.toReversed();
        outcomes.add(`${given} ${left}`);
        expect(['null OWNER_REQUIRED', 'MEMBER_NOT_FOUND null']).toContain(`${given} ${left}`);
        const owners = [...(await roles(id))].filter(([, role]) => role === 'owner').map(([userId]) => userId);
        expect(owners).toEqual([(await findWorkspace(deps, id)).ownerId]);
      }
      expect(outcomes.size).toBeGreaterThan(0);
    });

    it('to ten members at once is one', async () => {
      const { deps, workspace: make, join, roles } = newWorld();
      const { owner, id } = await make();
      const heirs = [];
      for (let index = 0; index < 10; index += 1) heirs.push(await join(owner, id));
      const words = await Promise.all(
        heirs.map(({ id: toId }) => wordOf(() => transferWorkspace(deps, id, { fromId: owner.id, toId }))),
      );
      expect(words.filter((word) => word === null)).toHaveLength(1);
      expect(words.filter((word) => word === 'FORBIDDEN')).toHaveLength(9);
      expect([...(await roles(id)).values()].filter((role) => role === 'owner')).toHaveLength(1);
    });
  });
}
