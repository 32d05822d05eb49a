import { randomBytes } from 'node:crypto';
import type { ApiKeyStore } from '../../../core/accounts/api-keys.ts';
import { createApiKey, revokeAllApiKeys, revokeApiKey } from '../../../core/accounts/api-keys.ts';
import type { AuditEntry } from '../../../core/accounts/audit.ts';
import type { Scope } from '../../../core/accounts/permissions.ts';
import { permissionsOfRole, permissionsOfScopes, ROLES, SCOPES } from '../../../core/accounts/permissions.ts';
import { failureOf, wordOf } from '../../fixtures/failures.ts';
import { NOW_MS } from '../../fixtures/links.ts';

/** A store that answers as it is told and remembers what it was asked. */
function world(answers: Partial<ApiKeyStore> = {}) {
  const asked: unknown[] = [];
  const apiKeys: ApiKeyStore = {
    put: async (...parts) => {
      asked.push(parts);
      return 'created';
    },
    list: async () => ({ items: [], cursor: null }),
    revoke: async () => 'revoked',
    revokeSome: async () => 'done',
    ...answers,
  };
  return { asked, deps: { apiKeys, randomBytes, nowMs: () => NOW_MS } };
}

const MASTER = { workspaceId: 'ws_1', actor: { kind: 'user', id: 'usr_1' } as const };
const OWNER = { ...MASTER, permissions: permissionsOfRole('owner') };
const draft = (scopes: readonly Scope[]) => ({ name: 'CI', scopes, expiresAtMs: null });

describe('A key', () => {
  it('is stored by its hash alone', async () => {
    const { deps, asked } = world();
    const { key, secret } = await createApiKey(deps, OWNER, draft(['urls:read']));
    expect(key).toMatchObject({
      workspaceId: 'ws_1',
      prefix: secret.slice(0, 7),
      createdAtMs: NOW_MS,
      lastUsedAtMs: null,
    });
    expect(JSON.stringify(asked)).not.toContain(secret);
    expect(JSON.stringify(asked)).not.toContain(secret.slice(0, 12));
  });

  it.each([
    ['full', 'LIMIT_REACHED'],
    ['gone', 'WORKSPACE_NOT_FOUND'],
  ] as const)('is not made where the store says %s', async (answer, word) => {
    const { deps } = world({ put: async () => answer });
    expect(await wordOf(() => createApiKey(deps, OWNER, draft(['urls:read'])))).toBe(word);
  });

  it('of any scopes is made by every role that may make keys', async () => {
    for (const role of ROLES.filter((each) => permissionsOfRole(each).includes('keys:write'))) {
      const master = { ...MASTER, permissions: permissionsOfRole(role) };
      expect(await wordOf(() => createApiKey(world().deps, master, draft(SCOPES)))).toBeNull();
    }
  });

  it('never opens more than the key that makes it: every pair of scopes', async () => {
    for (const held of SCOPES) {
      for (const wanted of SCOPES) {
        const { deps, asked } = world();
        const master = { ...MASTER, permissions: permissionsOfScopes(['account:admin', held]) };
        const word = await wordOf(() => createApiKey(deps, master, draft([wanted])));
        const isHeld = wanted === held || wanted === 'account:admin';
        expect([held, wanted, word]).toEqual([held, wanted, isHeld ? null : 'FORBIDDEN']);
        expect(asked).toHaveLength(isHeld ? 1 : 0);
      }
    }
  });

  const DAY_MS = 86_400_000;
  it.each([
    ['for ever by one without end', null, null, null],
    ['for a day by one without end', null, NOW_MS + DAY_MS, null],
    ['until the end of the key that makes it', NOW_MS + DAY_MS, NOW_MS + DAY_MS, null],
    ['a moment longer than the key that makes it', NOW_MS + DAY_MS, NOW_MS + DAY_MS + 1, 'VALIDATION_FAILED'],
    ['for ever by one that ends', NOW_MS + DAY_MS, null, 'VALIDATION_FAILED'],
  ])('%s: no key outlives its maker', async (_, makersEndMs, expiresAtMs, word) => {
    const permissions = permissionsOfScopes(['account:admin']);
    const { key: maker } = await createApiKey(world().deps, OWNER, {
      ...draft(['account:admin']),
      expiresAtMs: makersEndMs,
    });
    const { deps, asked } = world({ list: async () => ({ items: [maker], cursor: null }) });
    const master = { ...MASTER, actor: { kind: 'key', id: maker.id } as const, permissions };
    const made = () => createApiKey(deps, master, { ...draft(['account:admin']), expiresAtMs });
    expect(await wordOf(made)).toBe(word);
    expect(asked).toHaveLength(word === null ? 1 : 0);
  });

  it('is not made by one that was revoked a moment ago', async () => {
    const master = { ...MASTER, actor: { kind: 'key', id: 'key_gone' } as const, permissions: OWNER.permissions };
    const { deps, asked } = world();
    expect(await wordOf(() => createApiKey(deps, master, draft(['urls:read'])))).toBe('UNAUTHENTICATED');
    expect(asked).toEqual([]);
  });

  it('names the first scope that goes too far', async () => {
    const master = { ...MASTER, permissions: permissionsOfScopes(['account:admin', 'urls:read']) };
    const failure = await failureOf(() => createApiKey(world().deps, master, draft(['urls:read', 'qr:write'])));
    expect(failure.details).toEqual({ required_scope: 'qr:write' });
  });
});

describe('Revoking', () => {
  it('tells of a key that is not there', async () => {
    const { deps } = world({ revoke: async () => 'missing' });
    expect(await wordOf(() => revokeApiKey(deps, MASTER, 'key_1'))).toBe('API_KEY_NOT_FOUND');
  });

  it('of all keys goes on until there are none, with an entry for each', async () => {
    const left = Array.from({ length: 65 }, (_, index) => `key_${index}`);
    const entries: AuditEntry[] = [];
    const { deps } = world({
      revokeSome: async (_workspaceId, limit, entryOf) => {
        const some = left.splice(0, limit);
        entries.push(...some.map(entryOf));
        return some.length < limit ? 'done' : 'more';
      },
    });
    await revokeAllApiKeys(deps, MASTER);
    expect(left).toEqual([]);
    expect(new Set(entries.map(({ target }) => target)).size).toBe(65);
    expect(entries[0]).toMatchObject({ action: 'api_key.revoked', actor: MASTER.actor, workspaceId: 'ws_1' });
  });
});
