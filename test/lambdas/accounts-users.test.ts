import type { User } from '../../core/accounts/user.ts';
import { listedUserAnswer, usersAnswer } from '../../lambdas/accounts/users.ts';
import { parseMembers } from '../../lambdas/json-body.ts';
import { keyIdentity } from '../fixtures/identities.ts';
import type { PersonalWorld } from '../fixtures/personal-world.ts';
import { bodyOf, personalWorld } from '../fixtures/personal-world.ts';
import { problemIn } from '../fixtures/problems.ts';
import type { TestTables } from '../fixtures/tables.ts';
import { startTables } from '../fixtures/tables.ts';

let tables: TestTables;
let world: PersonalWorld;
let root: User;
let ada: User;
beforeEach(async () => {
  tables = await startTables();
  world = personalWorld(tables);
  root = await world.person({ isAdmin: true, name: 'Root' });
  ada = await world.person();
});
afterEach(() => tables.close());

const USERS = '/v1/users';
const USER = '/v1/users/{user_id}';
const list = async (query: Record<string, string> = {}) =>
  parseMembers(usersAnswer, bodyOf(await world.call('GET', USERS, { ...world.as(root), query })));
const read = (user_id: string, by = root) => world.call('GET', USER, { ...world.as(by), params: { user_id } });
const SETTINGS = { name: 'Ada', is_admin: false, status: 'active' };
const replace = (
  { id }: Pick<User, 'id'>,
  body: unknown,
  { by = root, headers = {}, route = USER }: { by?: User; headers?: Record<string, string>; route?: string } = {},
) =>
  world.call('PUT', route, {
    ...world.as(by),
    params: { user_id: id },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers,
  });
const stored = async (user: User) => world.deps.users.find(user.id);

describe('Administrators', () => {
  it('list everybody, the newest first, in pages that miss none and repeat none', async () => {
    const people = [root, ada];
    for (let count = 0; count < 5; count += 1) people.push(await world.person());
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof list>> = await list({ limit: '3', ...(cursor === null ? {} : { cursor }) });
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(seen).toEqual(people.map(({ id }) => id).toReversed());
    expect((await list()).data.find(({ id }) => id === root.id)).toMatchObject({ is_admin: true, plan: 'free' });
  });

  it('find one by the exact address, in any case, and nobody by another', async () => {
    expect((await list({ email: ada.email.toUpperCase() })).data.map(({ id }) => id)).toEqual([ada.id]);
    expect(await list({ email: 'nobody@example.com' })).toEqual({ data: [], next_cursor: null });
    for (const email of ['', 'x', ' ', 'a@b', `${'x'.repeat(5_000)}@example.com`, '*', '\u0000@example.com']) {
      const answer = await world.call('GET', USERS, { ...world.as(root), query: { email } });
      expect([email.slice(0, 20), answer.statusCode]).toEqual([email.slice(0, 20), 400]);
    }
  });

  it('do not see who is being erased', async () => {
    await world.call('DELETE', '/v1/users/me', world.as(ada));
    expect((await list()).data.map(({ id }) => id)).toEqual([root.id]);
    expect((await list({ email: ada.email })).data).toEqual([]);
    expect(problemIn(await read(ada.id)).error).toBe('USER_NOT_FOUND');
    expect(problemIn(await replace(ada, SETTINGS)).error).toBe('USER_NOT_FOUND');
    expect((await stored(ada))?.status).toBe('deleted');
  });

  it('refuse hostile queries', async () => {
    const forged = (after: unknown) => Buffer.from(JSON.stringify([root.id, 'users', after])).toString('base64url');
    const queries: readonly Record<string, string>[] = [
      { limit: '0' },
      { limit: '1000' },
      { limit: 'ten' },
      { cursor: '' },
      { cursor: 'x' },
      ...['', 'x', '{}', `2026-11-21T12:00:00.000Z usr_`, 'x'.repeat(500), 7, {}].map((after) => ({
        cursor: forged(after),
      })),
    ];
    for (const query of queries) {
      const answer = await world.call('GET', USERS, { ...world.as(root), query });
      expect([query, answer.statusCode, problemIn(answer).error]).toEqual([query, 400, 'VALIDATION_FAILED']);
    }
  });

  it('are no keys and nobody else', async () => {
    for (const request of [world.as(ada), { identity: keyIdentity() }]) {
      for (const [method, route] of [
        ['GET', USERS],
        ['GET', '/users'],
        ['GET', USER],
        ['PUT', USER],
        ['PUT', '/users/{user_id}'],
      ] as const) {
        const answer = await world.call(method, route, { ...request, params: { user_id: ada.id }, body: '{}' });
        expect([method, route, problemIn(answer).error]).toEqual([method, route, 'FORBIDDEN']);
      }
    }
  });
});

describe('A user', () => {
  it('is answered with ETag and plan, and nothing secret', async () => {
    const answer = await read(ada.id);
    expect(parseMembers(listedUserAnswer, bodyOf(answer))).toMatchObject({
      id: ada.id,
      email: ada.email,
      plan: 'free',
    });
    expect(answer.headers?.['etag']).toBe('"1"');
    expect(answer.body).not.toMatch(/argon2|password/);
  });

  it('is not known by anything that is no id', async () => {
    const none = ['', 'x', 'usr_', 'usr_1#', '../me', `usr_${'1'.repeat(5_000)}`, '\u0000', 'me', ada.email];
    for (const id of [...none, 'usr_0000000000000000000000'])
      expect([id.slice(0, 20), problemIn(await read(id)).error]).toEqual([id.slice(0, 20), 'USER_NOT_FOUND']);
  });

  it.each([USER, '/users/{user_id}'])('is replaced with If-Match: PUT %s', async (route) => {
    const change = { name: 'Ada L.', is_admin: true, status: 'active', plan: 'pro' };
    const answer = await replace(ada, change, { headers: { 'if-match': '"1"' }, route });
    expect(parseMembers(listedUserAnswer, bodyOf(answer))).toMatchObject(change);
    expect(answer.headers?.['etag']).toBe('"2"');
    expect(bodyOf(await read(ada.id))).toEqual(bodyOf(answer));
    expect(problemIn(await replace(ada, SETTINGS, { headers: { 'if-match': '"1"' } })).error).toBe('VERSION_CONFLICT');
    expect((await stored(ada))?.isAdmin).toBe(true);
  });

  it('keeps its plan where none is said; a change of it stands in the workspace’s log, without the administrator', async () => {
    await replace(ada, { ...SETTINGS, plan: 'pro' });
    await replace(ada, SETTINGS);
    await replace(ada, { ...SETTINGS, plan: 'pro' });
    expect(bodyOf(await read(ada.id))['plan']).toBe('pro');
    const { items } = await world.deps.audit.list(ada.personalWorkspaceId, { action: null, actorId: null }, 10, null);
    expect(items.map(({ action, actor, details }) => [action, actor, details])).toEqual([
      ['workspace.changed', { kind: 'operator' }, { plan: 'pro' }],
      ['workspace.created', { kind: 'user', id: ada.id }, {}],
    ]);
    expect((await world.workspaces.find(ada.personalWorkspaceId))?.version).toBe(2);
  });

  it('that is suspended has no session any more and gets none', async () => {
    await world.session(ada);
    await world.session(ada);
    expect((await replace(ada, { ...SETTINGS, status: 'suspended' })).statusCode).toBe(200);
    expect(await world.deps.sessions.list(ada.id, world.clock.nowMs)).toEqual([]);
    await world.session(ada);
    expect(await world.deps.sessions.list(ada.id, world.clock.nowMs)).toEqual([]);
    expect((await replace(ada, SETTINGS)).statusCode).toBe(200);
    await world.session(ada);
    expect(await world.deps.sessions.list(ada.id, world.clock.nowMs)).toHaveLength(1);
  });

  it.each([
    ['name', ['', ' ', 7, null, {}, 'x'.repeat(101), 'a\nb', undefined]],
    ['is_admin', ['true', 1, null, {}, undefined]],
    ['status', ['deleted', 'ACTIVE', '', null, 7, undefined]],
    ['plan', ['enterprise', '__proto__', '', null, 7]],
  ])('refuses a hostile %s', async (name, values) => {
    for (const value of values) {
      const answer = await replace(ada, { ...SETTINGS, [name]: value });
      expect([value, answer.statusCode]).toEqual([value, 400]);
      expect(JSON.stringify(problemIn(answer)['errors'])).toContain(name);
    }
    expect(await stored(ada)).toEqual(ada);
  });

  it.each([
    'email',
    'password',
    'id',
    'version',
    'personal_workspace_id',
    'created_at',
    'preferences',
    'kind',
    '__proto__',
  ])('refuses the member %s', async (name) => {
    const answer = await replace(ada, `{"name":"x","is_admin":true,"status":"active","${name}":"x"}`);
    expect(problemIn(answer)['errors']).toEqual([{ path: name, code: 'unknown_member', message: expect.any(String) }]);
    expect(await stored(ada)).toEqual(ada);
  });
});

describe('The last administrator', () => {
  const RETIRED = { ...SETTINGS, name: 'Root' };

  it.each([
    ['made an ordinary user', RETIRED],
    ['suspended', { ...RETIRED, is_admin: true, status: 'suspended' }],
    ['both', { ...RETIRED, status: 'suspended' }],
  ])('cannot be %s', async (_, change) => {
    const answer = await replace(root, change);
    expect([answer.statusCode, problemIn(answer).error]).toEqual([409, 'LAST_ADMIN']);
    expect(await stored(root)).toEqual(root);
  });

  it('may rename themselves', async () => {
    expect((await replace(root, { ...RETIRED, is_admin: true, name: 'R.' })).statusCode).toBe(200);
  });

  it('is last only until there is another, who is last then', async () => {
    await replace(ada, { ...SETTINGS, is_admin: true });
    expect((await replace(root, RETIRED)).statusCode).toBe(200);
    const self = { by: { ...ada, isAdmin: true } };
    expect(problemIn(await replace(ada, SETTINGS, self)).error).toBe('LAST_ADMIN');
  });

  it('is not outvoted by one who is suspended', async () => {
    await replace(ada, { ...SETTINGS, is_admin: true });
    await replace(ada, { ...SETTINGS, is_admin: true, status: 'suspended' });
    expect(problemIn(await replace(root, RETIRED)).error).toBe('LAST_ADMIN');
    await replace(ada, { ...SETTINGS, is_admin: true });
    expect((await replace(root, RETIRED)).statusCode).toBe(200);
  });

  it('is left by any number who all retire at the same moment', async () => {
    const all = [root];
    for (let count = 0; count < 5; count += 1) all.push(await world.person({ isAdmin: true }));
    const answers = await Promise.all(all.map((user) => replace(user, SETTINGS, { by: user })));
    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(5);
    expect(answers.filter(({ statusCode }) => statusCode === 409)).toHaveLength(1);
    expect((await Promise.all(all.map(stored))).filter((user) => user?.isAdmin)).toHaveLength(1);
  });

  it('cannot delete their account either, but may when there is another', async () => {
    const first = await world.call('DELETE', '/v1/users/me', world.as(root));
    expect([first.statusCode, problemIn(first).error]).toEqual([409, 'LAST_ADMIN']);
    expect(await stored(root)).toEqual(root);
    const other = await world.person({ isAdmin: true });
    expect((await world.call('DELETE', '/v1/users/me', world.as(root))).statusCode).toBe(202);
    expect(problemIn(await world.call('DELETE', '/v1/users/me', world.as(other))).error).toBe('LAST_ADMIN');
  });
});
