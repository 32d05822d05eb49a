import { randomBytes } from 'node:crypto';
import { seededBytes } from '../../../core/accounts/idempotency.ts';
import { checkDraft, createLink, freshCode } from '../../../core/links/create-link.ts';
import type { CreateOutcome } from '../../../core/links/link-store.ts';
import { anEntry } from '../../fixtures/audit-entries.ts';
import { cyclingBytes } from '../../fixtures/bytes.ts';
import { ALIAS_RULES, BLOCKED_HOST, createDeps } from '../../fixtures/create-deps.ts';
import { failureOf, wordOf } from '../../fixtures/failures.ts';
import { aDraft, aLink, NOW_MS, TARGET } from '../../fixtures/links.ts';

const request = (draft = aDraft(), creationId = 'creation-2') => ({ workspaceId: 'ws_1', creationId, draft });

describe('Creating a link', () => {
  it('makes an active link of version 1 under a fresh code', async () => {
    const deps = createDeps();
    const { kind, link } = await createLink(deps, request(aDraft({ title: 'Hello', tags: ['a'] })));
    expect(kind).toBe('created');
    expect(link).toEqual(
      aLink({
        code: link.code,
        title: 'Hello',
        tags: ['a'],
        creationId: 'creation-2',
        createdAtMs: NOW_MS,
        updatedAtMs: NOW_MS,
      }),
    );
    expect(deps.store.all()).toEqual([link]);
  });

  it('draws again on a collision and grows after every second one', async () => {
    const deps = createDeps();
    const lengths: number[] = [];
    const create = (link: { code: string }): Promise<CreateOutcome> => {
      lengths.push(link.code.length);
      return Promise.resolve({ kind: 'code_taken' });
    };
    const store = { ...deps.store, create };
    expect(await wordOf(() => createLink({ ...deps, store }, request()))).toBe('SERVICE_UNAVAILABLE');
    expect(lengths).toEqual([7, 7, 8, 8, 9, 9, 10, 10]);
  });

  it('never generates a reserved word', () => {
    const bytes = Array.from('settings', (letter) =>
      '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'.indexOf(letter),
    );
    const reserved = new Set([...ALIAS_RULES.reserved, 'setting']);
    const deps = createDeps({
      randomBytes: cyclingBytes(...bytes.slice(0, 7), 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
    });
    expect(freshCode({ ...deps, rules: { ...deps.rules, alias: { ...ALIAS_RULES, reserved } } }, 0)).toBe('2222222');
  });

  it('that is repeated with the same seed makes the same link once', async () => {
    const deps = createDeps();
    const attempt = () => createLink({ ...deps, randomBytes: seededBytes('seed') }, request(aDraft(), 'seed'));
    const [first, again] = [await attempt(), await attempt()];
    expect(again).toEqual(first);
    expect(deps.store.all()).toHaveLength(1);
  });
});

describe('A taken alias', () => {
  const taken = async (alias: string, ...others: readonly string[]) => {
    const deps = createDeps();
    deps.store.add(...[alias, ...others].map((code) => aLink({ code, workspaceId: 'ws_other' })));
    return { deps, failure: await failureOf(() => createLink(deps, request(aDraft({ customAlias: alias })))) };
  };

  it.each([
    ['blog', []],
    ['blog', ['blog-2', 'blog-2026']],
    ['blog', ['blog-2', 'blog-2026', 'blog-3', 'blog-link']],
    ['x'.repeat(20), [`${'x'.repeat(18)}-2`]],
  ])('%s comes with free, valid suggestions while %j are taken too', async (alias, others) => {
    const { deps, failure } = await taken(alias, ...others);
    expect(failure.word).toBe('ALIAS_TAKEN');
    const suggestions = failure.details['suggestions'] as string[];
    expect(suggestions.length).toBeGreaterThanOrEqual(2);
    expect(suggestions.length).toBeLessThanOrEqual(3);
    for (const customAlias of suggestions) {
      await checkDraft(deps, aDraft({ customAlias }));
      expect((await createLink(deps, request(aDraft({ customAlias }), customAlias))).kind).toBe('created');
    }
  });

  it('stays taken when its link is deleted, and nobody learns whose it was', async () => {
    const deps = createDeps();
    deps.store.add(aLink({ code: 'blog', workspaceId: 'ws_other', status: 'deleted', title: 'secret' }));
    const failure = await failureOf(() => createLink(deps, request(aDraft({ customAlias: 'blog' }))));
    expect(failure.word).toBe('ALIAS_TAKEN');
    expect(JSON.stringify(failure)).not.toMatch(/ws_other|secret/);
  });

  it('is decided by the write: of fifty at once one gets it', async () => {
    const deps = createDeps();
    const words = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        wordOf(() => createLink(deps, request(aDraft({ customAlias: 'blog' }), `creation-${index}`))),
      ),
    );
    expect(words.filter((word) => word === null)).toHaveLength(1);
    expect(words.filter((word) => word === 'ALIAS_TAKEN')).toHaveLength(49);
  });
});

describe('if_exists: return', () => {
  const RETURN = aDraft({ ifExists: 'return' });

  it('answers the workspace’s own link with the same target', async () => {
    const deps = createDeps();
    const first = await createLink(deps, request(RETURN, 'one'));
    expect(await createLink(deps, request(RETURN, 'two'))).toEqual({ kind: 'existing', link: first.link });
  });

  it.each([
    ['of another workspace', { workspaceId: 'ws_other' }],
    ['that is disabled', { status: 'disabled' }],
    ['that is deleted', { status: 'deleted' }],
    ['with another target', { targetUrl: 'https://example.com/other' }],
  ] as const)('does not answer a link %s', async (_, overrides) => {
    const deps = createDeps();
    deps.store.add(aLink(overrides));
    expect((await createLink(deps, request(RETURN))).kind).toBe('created');
  });

  it('makes one link for fifty requests at the same moment', async () => {
    const deps = createDeps();
    const found = await Promise.all(
      Array.from({ length: 50 }, (_, index) => createLink(deps, request(RETURN, `creation-${index}`))),
    );
    expect(new Set(found.map(({ link }) => link.code)).size).toBe(1);
    expect(deps.store.all()).toHaveLength(1);
  });

  it('loses a race to another request’s claim and answers that one’s link', async () => {
    const deps = createDeps();
    const winner = await createLink(deps, request(RETURN, 'one'));
    // The index has not heard of the winner yet.
    const store = { ...deps.store, findByTarget: () => Promise.resolve(null) };
    expect(await createLink({ ...deps, store }, request(RETURN, 'two'))).toEqual({
      kind: 'existing',
      link: winner.link,
    });
  });

  it.each([
    ['deleted', { status: 'deleted' }],
    ['disabled', { status: 'disabled' }],
    ['pointed elsewhere', { targetUrl: 'https://example.com/other' }],
  ] as const)('makes a new link when the claimed one was %s a moment ago', async (_, change) => {
    const deps = createDeps();
    const { link } = await createLink(deps, request(RETURN, 'one'));
    await deps.store.change(link, { ...link, ...change, version: 2 }, anEntry());
    const { kind, link: fresh } = await createLink(deps, request(RETURN, 'two'));
    expect(kind).toBe('created');
    expect(fresh).toMatchObject({ status: 'active', targetUrl: TARGET });
    expect(fresh.code).not.toBe(link.code);
  });
});

describe('A draft', () => {
  it('is answered with its normalised target', async () => {
    const checked = await checkDraft(createDeps(), aDraft({ targetUrl: 'HTTPS://Example.com' }));
    expect(checked.targetUrl).toBe('https://example.com/');
  });

  it.each([
    [{ targetUrl: 'javascript:alert(1)' }, 'INVALID_URL'],
    [{ targetUrl: 'https://s.example.com/abc' }, 'INVALID_URL'],
    [{ targetUrl: `https://${BLOCKED_HOST}/` }, 'URL_BLOCKED'],
    [{ customAlias: 'admin' }, 'INVALID_ALIAS'],
    [{ customAlias: 'a b' }, 'INVALID_ALIAS'],
  ] as const)('%j breaks a rule: %s', async (overrides, word) => {
    expect(await wordOf(() => checkDraft(createDeps({ randomBytes }), aDraft(overrides)))).toBe(word);
  });
});
