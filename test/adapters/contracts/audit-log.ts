import type { AuditFilter } from '../../../core/accounts/audit-log.ts';
import { renameWorkspace } from '../../../core/accounts/change-workspace.ts';
import { removeMember } from '../../../core/accounts/members.ts';
import type { KeptWorkspaces } from '../../fixtures/workspace-world.ts';
import { workspaceWorld } from '../../fixtures/workspace-world.ts';

/** What an audit log promises, wherever it is kept. */
export function auditLogContract(name: string, kept: () => KeptWorkspaces): void {
  describe(`An audit log ${name}`, () => {
    const written = async () => {
      const { deps, by, workspace: make, join } = workspaceWorld(kept());
      const { owner, id } = await make();
      const admin = await join(owner, id, 'admin');
      for (let index = 0; index < 6; index += 1) {
        await renameWorkspace(deps, by(index % 2 === 0 ? owner : admin, id), `Name ${index}`, null);
      }
      await removeMember(deps, { workspaceId: id, principal: { kind: 'key', keyId: 'key_7' } }, admin.id);
      const pages = async (filter: Partial<AuditFilter>, limit: number) => {
        const found = [];
        let cursor: string | null = null;
        do {
          const page = await deps.audit.list(id, { action: null, actorId: null, ...filter }, limit, cursor);
          expect(page.items.length).toBeLessThanOrEqual(limit);
          found.push(...page.items);
          cursor = page.cursor;
        } while (cursor !== null);
        return found;
      };
      return { owner, admin, id, pages, deps };
    };

    it('is read newest first, whatever the size of its pages', async () => {
      const { owner, admin, pages } = await written();
      for (const limit of [1, 2, 9, 100]) {
        const entries = await pages({}, limit);
        expect(entries.map(({ action }) => action)).toEqual([
          'member.removed',
          ...Array.from({ length: 6 }, () => 'workspace.changed'),
          'member.joined',
          'member.invited',
          'workspace.created',
        ]);
        expect(entries[0]).toMatchObject({ actor: { kind: 'key', id: 'key_7' }, target: admin.id });
        expect(entries.filter(({ actor }) => 'id' in actor && actor.id === owner.id)).toHaveLength(5);
      }
    });

    it('is filtered by what was done and who did it', async () => {
      const { owner, admin, pages } = await written();
      for (const limit of [1, 100]) {
        expect(await pages({ action: 'workspace.changed' }, limit)).toHaveLength(6);
        expect(await pages({ actorId: admin.id }, limit)).toHaveLength(4);
        expect(await pages({ actorId: 'key_7' }, limit)).toHaveLength(1);
        expect(await pages({ actorId: owner.id, action: 'workspace.changed' }, limit)).toHaveLength(3);
        expect(await pages({ actorId: 'usr_nobody' }, limit)).toEqual([]);
        expect(await pages({ action: 'api_key.created' }, limit)).toEqual([]);
      }
    });

    it('holds no address and no other workspace’s entries', async () => {
      const { owner, admin, id, pages } = await written();
      const entries = await pages({}, 100);
      expect(new Set(entries.map(({ workspaceId }) => workspaceId))).toEqual(new Set([id]));
      for (const { email } of [owner, admin]) expect(JSON.stringify(entries)).not.toContain(email);
    });
  });
}
