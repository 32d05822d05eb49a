import type { Actor, AuditEntry } from '../../../core/accounts/audit.ts';
import type { ChangeRequest, LinkChanges } from '../../../core/links/change-link.ts';
import { changeLink, deleteLink, ownLink } from '../../../core/links/change-link.ts';
import type { Link } from '../../../core/links/link.ts';
import { createDeps } from '../../fixtures/create-deps.ts';
import { failureOf, wordOf } from '../../fixtures/failures.ts';
import { aLink, LINK_PASSWORD, NOW_MS } from '../../fixtures/links.ts';

const ACTOR: Actor = { kind: 'user', id: 'usr_1' };
const REQUEST: ChangeRequest = { workspaceId: 'ws_1', code: aLink().code, actor: ACTOR, expected: null };

function world(overrides: Partial<Link> = {}) {
  const deps = createDeps();
  const link = aLink({ title: 'before', tags: ['a'], version: 3, ...overrides });
  deps.store.add(link);
  const change = (changes: LinkChanges, expected: number | null = null, workspaceId = 'ws_1') =>
    changeLink(deps, { ...REQUEST, workspaceId, expected }, changes);
  return { deps, link, change };
}

describe('Changing a link', () => {
  it.each([
    [{ title: 'after' }, { title: 'after' }],
    [
      { title: null, tags: [] },
      { title: null, tags: [] },
    ],
    [{ targetUrl: 'HTTPS://Example.org' }, { targetUrl: 'https://example.org/' }],
    [{ isActive: false }, { status: 'disabled' }],
    [{ password: LINK_PASSWORD }, { password: LINK_PASSWORD }],
    [
      { expiresAtMs: NOW_MS + 1, maxClicks: 5 },
      { expiresAtMs: NOW_MS + 1, maxClicks: 5 },
    ],
    [{}, {}],
  ] as const)('%j changes that and nothing else, and raises the version', async (changes, expected) => {
    const { deps, link, change } = world();
    const changed = await change(changes);
    expect(changed).toEqual({ ...link, ...expected, version: 4, updatedAtMs: NOW_MS });
    expect(deps.store.all()).toEqual([changed]);
    expect(deps.store.history).toEqual([link]);
  });

  it('switches a disabled link on again', async () => {
    expect((await world({ status: 'disabled' }).change({ isActive: true })).status).toBe('active');
    expect((await world({ status: 'disabled' }).change({ title: 'x' })).status).toBe('disabled');
  });

  it.each([
    ['javascript:alert(1)', 'INVALID_URL'],
    ['https://s.example.com/loop', 'INVALID_URL'],
    ['https://malware.example/', 'URL_BLOCKED'],
  ])('to a target the gate refuses changes nothing: %s', async (targetUrl, word) => {
    const { deps, link, change } = world();
    expect(await wordOf(() => change({ targetUrl }))).toBe(word);
    expect(deps.store.all()).toEqual([link]);
  });

  it('with If-Match is refused at another version and told the present one', async () => {
    const { deps, link, change } = world();
    for (const expected of [0, 1, 2, 4, 999_999_999]) {
      const failure = await failureOf(() => change({ title: 'x' }, expected));
      expect([failure.word, failure.details]).toEqual(['VERSION_CONFLICT', { current_version: 3 }]);
    }
    expect(deps.store.all()).toEqual([link]);
    expect((await change({ title: 'x' }, 3)).version).toBe(4);
  });

  it('with If-Match that meets another change in the middle is told so', async () => {
    const { deps, link } = world();
    const store = {
      ...deps.store,
      change: async () => {
        deps.store.add({ ...link, version: 4 });
        return 'conflict' as const;
      },
    };
    const failure = await failureOf(() => changeLink({ ...deps, store }, { ...REQUEST, expected: 3 }, { title: 'x' }));
    expect([failure.word, failure.details]).toEqual(['VERSION_CONFLICT', { current_version: 4 }]);
  });

  it('without If-Match is made on top of whatever came between', async () => {
    const { deps, link } = world();
    let raced = false;
    const store = {
      ...deps.store,
      change: async (former: Link, changed: Link, entry: AuditEntry) => {
        if (!raced) deps.store.add({ ...link, tags: ['raced'], version: 4 });
        raced = true;
        return deps.store.change(former, changed, entry);
      },
    };
    const changed = await changeLink({ ...deps, store }, REQUEST, { title: 'mine' });
    expect(changed).toMatchObject({ title: 'mine', tags: ['raced'], version: 5 });
  });

  it('that never gets its turn gives up with a conflict', async () => {
    const { deps } = world();
    const store = { ...deps.store, change: () => Promise.resolve('conflict' as const) };
    expect(await wordOf(() => changeLink({ ...deps, store }, REQUEST, {}))).toBe('VERSION_CONFLICT');
  });
});

describe('Another workspace’s, a deleted and a missing link', () => {
  it.each([
    ['another workspace’s', {}, 'ws_other', 'aB7x3Kq'],
    ['a deleted', { status: 'deleted' }, 'ws_1', 'aB7x3Kq'],
    ['a missing', {}, 'ws_1', 'nothing'],
    ['an impossible', {}, 'ws_1', 'no such code'],
  ] as const)('look the same: %s', async (_, overrides, workspaceId, code) => {
    const { deps, link } = world(overrides);
    const request = { ...REQUEST, workspaceId, code };
    const attempts = [
      () => ownLink(deps, workspaceId, code),
      () => changeLink(deps, request, { title: 'x' }),
      () => changeLink(deps, { ...request, expected: 99 }, { title: 'x' }),
      () => deleteLink(deps, request),
    ];
    for (const attempt of attempts) {
      const failure = await failureOf(attempt);
      expect([failure.word, failure.details]).toEqual(['URL_NOT_FOUND', {}]);
    }
    expect(deps.store.all()).toEqual([link]);
  });
});

describe('Deleting a link', () => {
  it('leaves a tombstone that keeps the code', async () => {
    const { deps, link } = world();
    await deleteLink(deps, { ...REQUEST, expected: 3 });
    expect(deps.store.all()).toEqual([{ ...link, status: 'deleted', version: 4, updatedAtMs: NOW_MS }]);
    expect(await wordOf(() => deleteLink(deps, REQUEST))).toBe('URL_NOT_FOUND');
  });

  it('is refused at another version', async () => {
    const { deps, link } = world();
    expect(await wordOf(() => deleteLink(deps, { ...REQUEST, expected: 2 }))).toBe('VERSION_CONFLICT');
    expect(deps.store.all()).toEqual([link]);
  });
});

describe('The audit log', () => {
  it('tells who changed which members, never their values', async () => {
    const { deps, link } = world();
    const changes = { targetUrl: 'https://secret.example/', password: LINK_PASSWORD, title: undefined };
    await changeLink(deps, REQUEST, changes);
    expect(deps.store.entries).toEqual([
      {
        id: expect.stringMatching(/^evt_[0-9a-z]{22}$/),
        workspaceId: 'ws_1',
        atMs: NOW_MS,
        actor: ACTOR,
        action: 'link.changed',
        target: link.code,
        details: { changed: 'original_url, password' },
      },
    ]);
    expect(JSON.stringify(deps.store.entries)).not.toMatch(/secret|argon2/);
  });

  it('tells who deleted', async () => {
    const { deps, link } = world();
    await deleteLink(deps, REQUEST);
    expect(deps.store.entries).toMatchObject([
      { action: 'link.deleted', actor: ACTOR, target: link.code, details: {} },
    ]);
  });

  it('tells one change once, however often it was tried, and none that was refused', async () => {
    const { deps, link, change } = world();
    let conflicts = 3;
    const store = {
      ...deps.store,
      change: async (...parts: Parameters<typeof deps.store.change>) => {
        conflicts -= 1;
        return conflicts >= 0 ? ('conflict' as const) : deps.store.change(...parts);
      },
    };
    await changeLink({ ...deps, store }, REQUEST, { title: 'x' });
    expect(deps.store.entries).toHaveLength(1);
    await failureOf(() => change({ title: 'y' }, 99));
    await failureOf(() => change({ targetUrl: 'javascript:1' }));
    await failureOf(() => deleteLink(deps, { ...REQUEST, code: `${link.code}x` }));
    expect(deps.store.entries).toHaveLength(1);
  });
});
