import { changeRole, leaveWorkspace, listMembers, removeMember } from '../../../core/accounts/members.ts';
import { wordOf } from '../../fixtures/failures.ts';
import type { KeptWorkspaces } from '../../fixtures/workspace-world.ts';
import { workspaceWorld } from '../../fixtures/workspace-world.ts';

/** What members promise, wherever they are kept. */
export function memberStoreContract(name: string, kept: () => KeptWorkspaces): void {
  const newWorld = () => workspaceWorld(kept());

  describe(`A member ${name}`, () => {
    it('is listed with name and address, a page at a time; who is being erased is not', async () => {
      const { deps, workspace: make, join } = newWorld();
      const { owner, id } = await make();
      const members = [owner];
      for (let index = 0; index < 4; index += 1) members.push(await join(owner, id, 'viewer'));
      const gone = await join(owner, id);
      await kept().putPerson({ ...gone, status: 'deleted' });
      const shown = [];
      let cursor: string | null = null;
      do {
        const page = await listMembers(deps, id, 2, cursor);
        shown.push(...page.items);
        cursor = page.cursor;
      } while (cursor !== null);
      const byId = (one: { id: string }, other: { id: string }) => (one.id < other.id ? -1 : 1);
      expect(shown.map(({ person }) => person)).toEqual(
        members.map(({ id, email, name }) => ({ id, email, name })).toSorted(byId),
      );
      expect(shown.find(({ person }) => person.id === owner.id)?.member.role).toBe('owner');
    });

    it('gets another role', async () => {
      const { deps, by, workspace: make, join, roles, actions } = newWorld();
      const { owner, id } = await make();
      const member = await join(owner, id, 'viewer');
      const changed = await changeRole(deps, by(owner, id), member.id, 'admin');
      expect(changed).toMatchObject({ member: { role: 'admin' }, person: { email: member.email } });
      expect((await roles(id)).get(member.id)).toBe('admin');
      expect((await actions(id))[0]).toBe('member.role_changed');
    });

    it('is removed, or leaves, and is no member anywhere', async () => {
      const { deps, by, workspace: make, join, actions } = newWorld();
      const { owner, id } = await make();
      const [removed, left] = [await join(owner, id), await join(owner, id)];
      await removeMember(deps, by(owner, id), removed.id);
      await leaveWorkspace(deps, by(left, id), left.id);
      for (const user of [removed, left]) {
        expect(await deps.members.find(id, user.id)).toBeNull();
        expect((await deps.members.listOf(user.id, 100, null)).items.map(({ workspaceId }) => workspaceId)).toEqual([
          user.personalWorkspaceId,
        ]);
      }
      expect((await actions(id)).slice(0, 2).toSorted()).toEqual(['member.left', 'member.removed']);
    });

    it('who owns the workspace keeps role and seat, and nobody changes who is none', async () => {
      const { deps, by, workspace: make, join, person, roles, actions } = newWorld();
      const { owner, id } = await make();
      const admin = await join(owner, id, 'admin');
      const stranger = await person();
      const before = await actions(id);
      const attempts = [
        [() => changeRole(deps, by(admin, id), owner.id, 'viewer'), 'OWNER_REQUIRED'],
        [() => removeMember(deps, by(admin, id), owner.id), 'OWNER_REQUIRED'],
        [() => leaveWorkspace(deps, by(owner, id), owner.id), 'OWNER_REQUIRED'],
        [() => changeRole(deps, by(owner, id), stranger.id, 'viewer'), 'MEMBER_NOT_FOUND'],
        [() => removeMember(deps, by(owner, id), stranger.id), 'MEMBER_NOT_FOUND'],
        [() => leaveWorkspace(deps, by(stranger, id), stranger.id), 'WORKSPACE_NOT_FOUND'],
      ] as const;
      for (const [work, word] of attempts) expect(await wordOf(work)).toBe(word);
      expect(await roles(id)).toEqual(
        new Map([
          [owner.id, 'owner'],
          [admin.id, 'admin'],
        ]),
      );
      expect(await actions(id)).toEqual(before);
    });

    it('who is removed while the role changes is no member afterwards', async () => {
      const { deps, by, workspace: make, join, roles, actions } = newWorld();
      const { owner, id } = await make();
      for (let round = 0; round < 10; round += 1) {
        const member = await join(owner, id);
        const work = [
          () => wordOf(() => removeMember(deps, by(owner, id), member.id)),
          () => wordOf(() => changeRole(deps, by(owner, id), member.id, 'admin')),
        ];
        const words = await Promise.all((round % 2 === 0 ? work : work.toReversed()).map((start) => start()));
        const [removed, changed] = round % 2 === 0 ? words : words.toReversed();
        expect([removed, changed === null || changed === 'MEMBER_NOT_FOUND']).toEqual([null, true]);
        expect((await roles(id)).has(member.id)).toBe(false);
      }
      expect((await actions(id)).filter((action) => action === 'member.removed')).toHaveLength(10);
    });

    it('is removed once by ten at the same moment', async () => {
      const { deps, by, workspace: make, join, actions } = newWorld();
      const { owner, id } = await make();
      const member = await join(owner, id);
      const words = await Promise.all(
        Array.from({ length: 10 }, () => wordOf(() => removeMember(deps, by(owner, id), member.id))),
      );
      expect(words.filter((word) => word === null)).toHaveLength(1);
      expect(words.filter((word) => word === 'MEMBER_NOT_FOUND')).toHaveLength(9);
      expect((await actions(id)).filter((action) => action === 'member.removed')).toHaveLength(1);
    });
  });
}
