import type { ExportDeps, LinksPosition, PersonalRecord } from '../../../core/accounts/export-data.ts';
import { exportData, LINKS_PER_PAGE } from '../../../core/accounts/export-data.ts';
import { aMember, anApiKey, aSession, aUser, aWorkspace } from '../../fixtures/accounts.ts';
import { anEntry } from '../../fixtures/audit-entries.ts';
import { wordOf } from '../../fixtures/failures.ts';
import { aLink, NOW_MS } from '../../fixtures/links.ts';

const membership = (id: string, role: 'owner' | 'editor') => ({
  workspace: aWorkspace({ id }),
  role,
  joinedAtMs: aMember().joinedAtMs,
});

/** A person who owns these workspaces with so many links each, and edits another. */
function world(links: Readonly<Record<string, number>>, record: Partial<PersonalRecord> = {}) {
  const asked: string[] = [];
  const deps: ExportDeps = {
    users: { find: async () => aUser() },
    sessions: { list: async () => [aSession()] },
    records: {
      read: async () => ({
        memberships: [...Object.keys(links).map((id) => membership(id, 'owner')), membership('ws_z', 'editor')],
        tracedWorkspaceIds: ['ws_a', 'ws_z'],
        devices: [],
        invitations: [],
        ...record,
      }),
    },
    apiKeys: { list: async (workspaceId) => ({ items: [anApiKey({ workspaceId })], cursor: null }) },
    audit: {
      async list(workspaceId, { actorId }) {
        asked.push(`${workspaceId} ${actorId}`);
        return { items: [anEntry({ workspaceId })], cursor: workspaceId === 'ws_long' ? 'evt_1' : null };
      },
    },
    links: {
      async list(workspaceId, _filter, limit, cursor) {
        const start = Number(cursor ?? 0);
        const end = Math.min(start + limit, links[workspaceId] ?? 0);
        const items = Array.from({ length: end - start }, (_, index) =>
          aLink({ workspaceId, code: `${start + index}` }),
        );
        return { items, cursor: end < (links[workspaceId] ?? 0) ? String(end) : null };
      },
    },
    nowMs: () => NOW_MS,
  };
  return { deps, asked };
}

const codesOf = async (links: Readonly<Record<string, number>>) => {
  const { deps } = world(links);
  const codes: string[] = [];
  let position: LinksPosition | null = null;
  let pages = 0;
  do {
    const page = await exportData(deps, 'usr_1', position);
    codes.push(...page.links.map(({ workspaceId, code }) => `${workspaceId} ${code}`));
    position = page.next;
    pages += 1;
  } while (position !== null);
  return { codes, pages };
};

describe('Exporting what is stored about a person', () => {
  it('has the person on the first page only, with what is theirs in workspaces they own and those they share', async () => {
    const { deps, asked } = world({ ws_a: 1, ws_b: LINKS_PER_PAGE });
    const first = await exportData(deps, 'usr_1', null);
    expect(first.person).toMatchObject({ user: aUser(), sessions: [aSession()], auditEntriesAreAll: true });
    expect(first.person?.apiKeys.map(({ workspaceId }) => workspaceId)).toEqual(['ws_a', 'ws_b']);
    expect(asked).toEqual(['ws_a usr_1', 'ws_z usr_1']);
    const second = await exportData(deps, 'usr_1', first.next);
    expect([second.person, second.links.length, second.next]).toEqual([null, 1, null]);
  });

  it.each([
    [{}, 1],
    [{ ws_a: 0 }, 1],
    [{ ws_a: 0, ws_b: 0, ws_c: 3 }, 1],
    [{ ws_a: LINKS_PER_PAGE }, 1],
    [{ ws_a: LINKS_PER_PAGE, ws_b: 0 }, 2],
    [{ ws_a: LINKS_PER_PAGE + 1, ws_b: LINKS_PER_PAGE - 1 }, 2],
    [{ ws_a: 150, ws_b: 150, ws_c: 350 }, 4],
  ])('goes through all links once: %j in %i pages', async (links, pages) => {
    const walked = await codesOf(links);
    const total = Object.values(links as Record<string, number>).reduce((sum, count) => sum + count, 0);
    expect([new Set(walked.codes).size, walked.codes.length, walked.pages]).toEqual([total, total, pages]);
  });

  it.each(['ws_z', 'ws_other'])('does not go on in a workspace they do not own: %s', async (workspaceId) => {
    const { deps } = world({ ws_a: 1 });
    expect(await wordOf(() => exportData(deps, 'usr_1', { workspaceId, key: null }))).toBe('VALIDATION_FAILED');
  });

  it('says so where the audit logs have more than it tells', async () => {
    const long = world({}, { tracedWorkspaceIds: ['ws_a', 'ws_long'] });
    expect((await exportData(long.deps, 'usr_1', null)).person?.auditEntriesAreAll).toBe(false);
    const wide = world({}, { tracedWorkspaceIds: Array.from({ length: 101 }, (_, index) => `ws_${index}`) });
    expect((await exportData(wide.deps, 'usr_1', null)).person?.auditEntriesAreAll).toBe(false);
    expect(wide.asked).toHaveLength(100);
  });

  it('is for people with an active account', async () => {
    const { deps } = world({});
    const ended = { ...deps, users: { find: async () => aUser({ status: 'deleted' }) } };
    expect(await wordOf(() => exportData(ended, 'usr_1', null))).toBe('UNAUTHENTICATED');
  });
});
