import { apiKeyKey } from '../../adapters/table.ts';
import { hashApiKey, isWellFormedApiKey } from '../../core/accounts/api-key.ts';
import { MAX_API_KEYS } from '../../core/accounts/api-keys.ts';
import { SCOPES } from '../../core/accounts/permissions.ts';
import type { User } from '../../core/accounts/user.ts';
import { apiKeysAnswer, newApiKeyAnswer } from '../../lambdas/accounts/api-keys.ts';
import { parseMembers } from '../../lambdas/json-body.ts';
import { keyIdentity } from '../fixtures/identities.ts';
import type { PersonalWorld } from '../fixtures/personal-world.ts';
import { bodyOf, personalWorld } from '../fixtures/personal-world.ts';
import { problemIn } from '../fixtures/problems.ts';
import type { TestTables } from '../fixtures/tables.ts';
import { startTables } from '../fixtures/tables.ts';

let tables: TestTables;
let world: PersonalWorld;
let ada: User;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.close());
beforeEach(async () => {
  world = personalWorld(tables);
  ada = await world.person();
});

const KEYS = '/v1/api-keys';
const DRAFT = { name: 'CI', scopes: ['urls:read', 'urls:write'] };
const make = (body: unknown = DRAFT, more: Parameters<PersonalWorld['call']>[2] = {}) =>
  world.call('POST', KEYS, {
    ...world.as(ada),
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...more,
  });
const made = async (body: unknown = DRAFT) => {
  world.clock.nowMs += 1;
  return parseMembers(newApiKeyAnswer, bodyOf(await make(body)));
};
const list = async (query: Record<string, string> = {}, user = ada) =>
  parseMembers(apiKeysAnswer, bodyOf(await world.call('GET', KEYS, { ...world.as(user), query })));
const revoke = (key_id: string, user = ada) => {
  world.clock.nowMs += 1;
  return world.call('DELETE', '/v1/api-keys/{key_id}', { ...world.as(user), params: { key_id } });
};
const workspaceItems = async () =>
  (await world.stored()).filter(
    ({ pk, sk }) => pk === `ws#${ada.personalWorkspaceId}` && String(sk).startsWith('key#'),
  );
const counted = async () =>
  (await world.stored()).find(({ pk, sk }) => pk === `ws#${ada.personalWorkspaceId}` && sk === 'workspace')?.[
    'key_count'
  ];
const entries = async () =>
  (await world.deps.audit.list(ada.personalWorkspaceId, { action: null, actorId: null }, 500, null)).items;

describe('Making an API key', () => {
  it('shows it once, stores its hash, and writes it down', async () => {
    const answer = await make({ ...DRAFT, expires_at: '2027-01-01T00:00:00+02:00' });
    expect(answer.statusCode).toBe(201);
    const key = parseMembers(newApiKeyAnswer, bodyOf(answer));
    expect(isWellFormedApiKey(key.key)).toBe(true);
    expect(key).toMatchObject({
      id: expect.stringMatching(/^key_[0-9a-z]{22}$/),
      name: 'CI',
      prefix: key.key.slice(0, 7),
      scopes: ['urls:read', 'urls:write'],
      expires_at: '2026-12-31T22:00:00.000Z',
      last_used_at: null,
      created_at: new Date(world.clock.nowMs).toISOString(),
    });
    const { key: _shownOnce, ...rest } = key;
    expect((await list()).data).toEqual([rest]);
    const stored = await world.stored();
    expect(stored.find(({ pk }) => pk === apiKeyKey(hashApiKey(key.key)).pk)).toMatchObject({ id: key.id });
    expect(JSON.stringify(stored)).not.toContain(key.key);
    expect(JSON.stringify(world.lines)).not.toContain(key.key);
    expect((await entries())[0]).toMatchObject({
      action: 'api_key.created',
      actor: { kind: 'user', id: ada.id },
      target: key.id,
      details: { prefix: key.prefix, scopes: 'urls:read urls:write' },
    });
  });

  it('cannot be repeated by an Idempotency-Key, so it is refused', async () => {
    const answer = await make(DRAFT, { headers: { 'idempotency-key': 'once' } });
    expect(answer.statusCode).toBe(400);
    expect(problemIn(answer)['errors']).toEqual([
      { path: 'Idempotency-Key', code: 'not_here', message: expect.any(String) },
    ]);
    expect((await list()).data).toEqual([]);
  });

  it.each([
    ['name', ['', ' ', 7, null, {}, 'x'.repeat(101)]],
    [
      'scopes',
      [
        [],
        'urls:read',
        ['admin'],
        ['urls:read', 7],
        {},
        null,
        Array.from({ length: 7 }, () => 'urls:read'),
        ['__proto__'],
      ],
    ],
    ['expires_at', ['', 'tomorrow', '2026-13-01T00:00:00Z', '2020-01-01T00:00:00Z', 7, {}, '9999999-01-01']],
  ])('refuses a hostile %s', async (name, values) => {
    for (const value of values) {
      const answer = await make({ ...DRAFT, [name]: value });
      expect([value, answer.statusCode]).toEqual([value, 400]);
      expect(JSON.stringify(problemIn(answer)['errors'])).toContain(name);
    }
    expect(await counted()).toBeUndefined();
  });

  it('says what is missing, and how a time is written', async () => {
    expect(problemIn(await make({}))['errors']).toEqual([
      { path: 'name', code: 'required', message: 'Is required.' },
      { path: 'scopes', code: 'required', message: 'Is required.' },
    ]);
    expect(problemIn(await make({ ...DRAFT, expires_at: 'tomorrow' }))['errors']).toEqual([
      { path: 'expires_at', code: 'invalid_format', message: 'Must be a date and time with a zone, as in RFC 3339.' },
    ]);
  });

  it.each(['id', 'key', 'prefix', 'workspace_id', 'secret', 'last_used_at', 'created_at', 'pk', 'plan', '__proto__'])(
    'refuses the member %s',
    async (name) => {
      const answer = await make(`{"name":"x","scopes":["urls:read"],"${name}":"x"}`);
      expect(problemIn(answer)['errors']).toEqual([
        { path: name, code: 'unknown_member', message: expect.any(String) },
      ]);
    },
  );

  it('refuses what is no JSON object, and names in any script are kept', async () => {
    for (const body of ['', '{', '[]', 'null', '"x"', '{"name":"\\udfff","scopes":["urls:read"]}'])
      expect([body, (await make(body)).statusCode]).toEqual([body, 400]);
    expect((await make(JSON.stringify(DRAFT), { headers: { 'content-type': 'text/plain' } })).statusCode).toBe(415);
    for (const name of ['ключ', '<b>\u202e', '=1+1', '{{7*7}}'])
      expect((await made({ ...DRAFT, name })).name).toBe(name);
  });

  it('gives each scope once', async () => {
    expect((await made({ ...DRAFT, scopes: ['qr:read', 'qr:read'] })).scopes).toEqual(['qr:read']);
  });

  it('gives no more than its maker has', async () => {
    const { id: keyId } = await made();
    const workspaceId = ada.personalWorkspaceId;
    const byKey = (scopes: readonly (typeof SCOPES)[number][], wanted: readonly string[]) =>
      make({ ...DRAFT, scopes: wanted }, { identity: keyIdentity({ keyId, workspaceId, scopes }) });
    expect((await byKey(['account:admin', 'urls:read'], ['urls:read'])).statusCode).toBe(201);
    expect((await byKey(['account:admin'], ['account:admin'])).statusCode).toBe(201);
    expect((await byKey(SCOPES, SCOPES)).statusCode).toBe(201);
    for (const scope of ['urls:write', 'qr:read', 'qr:write', 'analytics:read'] as const) {
      const answer = await byKey(['account:admin', 'urls:read'], ['urls:read', scope]);
      expect(problemIn(answer)).toMatchObject({ error: 'FORBIDDEN', required_scope: scope });
    }
    expect(problemIn(await byKey(['urls:write'], ['urls:write'])).error).toBe('FORBIDDEN');
    for (const role of ['editor', 'viewer'] as const)
      expect(problemIn(await make(DRAFT, world.as(ada, { role }))).error).toBe('FORBIDDEN');
    for (const role of ['owner', 'admin'] as const)
      expect((await make({ ...DRAFT, scopes: SCOPES }, world.as(ada, { role }))).statusCode).toBe(201);
  });

  it(`stops at ${MAX_API_KEYS}, whoever asks at the same moment, and goes on when one is revoked`, async () => {
    for (let batch = 0; batch < 9; batch += 1) await Promise.all(Array.from({ length: 11 }, () => make()));
    const last = await Promise.all(Array.from({ length: 6 }, () => make()));
    expect(last.filter(({ statusCode }) => statusCode === 201)).toHaveLength(1);
    const full = last.find(({ statusCode }) => statusCode === 409);
    expect(problemIn(full ?? {})).toMatchObject({ error: 'LIMIT_REACHED', limit: 100 });
    expect([await counted(), (await workspaceItems()).length]).toEqual([100, 100]);
    const { data } = await list({ limit: '1' });
    await revoke(data[0]?.id ?? '');
    expect((await make()).statusCode).toBe(201);
    expect((await make()).statusCode).toBe(409);
  });

  it('is refused in a workspace that is being deleted', async () => {
    await world.call('DELETE', '/v1/users/me', world.as(ada));
    expect(problemIn(await make()).error).toBe('WORKSPACE_NOT_FOUND');
    expect(await workspaceItems()).toEqual([]);
  });
});

describe('The list of API keys', () => {
  it('has the newest first, in pages that miss none and repeat none, and never a secret', async () => {
    const all: string[] = [];
    for (let count = 0; count < 5; count += 1) all.unshift((await made()).id);
    const first = await list({ limit: '2' });
    const second = await list({ limit: '2', cursor: first.next_cursor ?? '' });
    const third = await list({ limit: '2', cursor: second.next_cursor ?? '' });
    expect([first, second, third].flatMap(({ data }) => data.map(({ id }) => id))).toEqual(all);
    expect(third.next_cursor).toBeNull();
    expect(JSON.stringify([first, second, third])).not.toMatch(/sha256|hash|"key":/);
  });

  it('refuses hostile queries, and is nobody else’s', async () => {
    await made();
    await made();
    const { next_cursor } = await list({ limit: '1' });
    const eve = await world.person();
    expect((await list({}, eve)).data).toEqual([]);
    const forged = Buffer.from(JSON.stringify([eve.personalWorkspaceId, 'api-keys', 'x#y'])).toString('base64url');
    const queries: readonly Record<string, string>[] = [
      { limit: '0' },
      { limit: 'x' },
      { cursor: 'x' },
      { cursor: next_cursor ?? '' },
      { cursor: forged },
    ];
    for (const query of queries)
      expect((await world.call('GET', KEYS, { ...world.as(eve), query })).statusCode).toBe(400);
  });
});

describe('Revoking API keys', () => {
  it('takes away the key, its place in the list and its count, and writes it down', async () => {
    const [gone, stays] = [await made(), await made()];
    const answer = await revoke(gone.id);
    expect([answer.statusCode, answer.body]).toEqual([204, '']);
    expect((await list()).data.map(({ id }) => id)).toEqual([stays.id]);
    expect(await counted()).toBe(1);
    expect((await world.stored()).some(({ pk }) => pk === apiKeyKey(hashApiKey(gone.key)).pk)).toBe(false);
    expect((await entries())[0]).toMatchObject({ action: 'api_key.revoked', target: gone.id });
  });

  it('counts one that is revoked by ten at once once', async () => {
    const [one] = [await made(), await made()];
    const answers = await Promise.all(Array.from({ length: 10 }, () => revoke(one.id)));
    expect(answers.every(({ statusCode }) => statusCode === 204 || statusCode === 404)).toBe(true);
    expect(await counted()).toBe(1);
    expect((await entries()).filter(({ action }) => action === 'api_key.revoked')).toHaveLength(1);
  });

  it('does not know another workspace’s, one that is gone, or anything that is none', async () => {
    const key = await made();
    const eve = await world.person();
    const none = ['key_', 'x', '', '../x', `key_${'1'.repeat(5_000)}`, 'key_1#', 'key_\u0000', key.key, key.prefix];
    for (const id of [key.id, 'key_0000000000000000000000', ...none]) {
      const answer = await revoke(id, eve);
      expect([answer.statusCode, problemIn(answer).error]).toEqual([404, 'API_KEY_NOT_FOUND']);
    }
    expect((await list()).data).toHaveLength(1);
  });

  it('revokes all of them in one call, and only this workspace’s', async () => {
    const eve = await world.person();
    const eves = bodyOf(await make(DRAFT, world.as(eve)));
    for (let batch = 0; batch < 7; batch += 1) await Promise.all(Array.from({ length: 10 }, () => make()));
    const answer = await world.call('DELETE', KEYS, world.as(ada));
    expect([answer.statusCode, await counted()]).toEqual([204, 0]);
    expect((await list()).data).toEqual([]);
    expect((await list({}, eve)).data.map(({ id }) => id)).toEqual([eves['id']]);
    const left = (await world.stored()).filter(({ pk }) => String(pk).startsWith('key#'));
    expect(left.some(({ workspace_id }) => workspace_id === ada.personalWorkspaceId)).toBe(false);
    expect((await entries()).filter(({ action }) => action === 'api_key.revoked')).toHaveLength(70);
    expect((await world.call('DELETE', KEYS, world.as(ada))).statusCode).toBe(204);
  });

  it('revoked all by several at once, every key is written down once', async () => {
    for (let batch = 0; batch < 4; batch += 1) await Promise.all(Array.from({ length: 10 }, () => make()));
    const answers = await Promise.all(Array.from({ length: 4 }, () => world.call('DELETE', KEYS, world.as(ada))));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([204, 204, 204, 204]);
    expect(await counted()).toBe(0);
    expect((await entries()).filter(({ action }) => action === 'api_key.revoked')).toHaveLength(40);
  });
});
