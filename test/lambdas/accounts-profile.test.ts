import type { User } from '../../core/accounts/user.ts';
import { preferencesAnswer } from '../../lambdas/accounts/preferences.ts';
import { userAnswer } from '../../lambdas/auth/schemas.ts';
import { parseMembers } from '../../lambdas/json-body.ts';
import { anEntry } from '../fixtures/audit-entries.ts';
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

const ME = '/v1/users/me';
const PREFERENCES = '/v1/users/me/preferences';
const read = (route = ME) => world.call('GET', route, world.as(ada));
const write = (method: string, route: string, body: unknown, headers: Record<string, string> = {}) =>
  world.call(method, route, {
    ...world.as(ada),
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers,
  });

describe('A profile', () => {
  it('is answered in the documented shape with its ETag, and nothing secret', async () => {
    const answer = await read();
    expect(answer.statusCode).toBe(200);
    expect(parseMembers(userAnswer, bodyOf(answer))).toMatchObject({
      id: ada.id,
      email: ada.email,
      name: 'Ada',
      email_verified: true,
      is_admin: false,
      status: 'active',
      personal_workspace_id: ada.personalWorkspaceId,
    });
    expect(answer.headers).toMatchObject({ etag: '"1"', 'cache-control': 'no-store' });
    expect(answer.body).not.toMatch(/argon2|password|version/);
  });

  it('changes its name and nothing else', async () => {
    const answer = await write('PATCH', ME, { name: 'Ada Lovelace' }, { 'if-match': '"1"' });
    expect([answer.statusCode, bodyOf(answer)['name'], answer.headers?.['etag']]).toEqual([200, 'Ada Lovelace', '"2"']);
    const stored = await world.deps.users.find(ada.id);
    expect(stored).toEqual({ ...ada, name: 'Ada Lovelace', version: 2, updatedAtMs: world.clock.nowMs });
  });

  it.each(['"9"', 'W/"1"', 'nonsense', '"1", "2"', '""'])('is not changed with the If-Match %s', async (ifMatch) => {
    const answer = await write('PATCH', ME, { name: 'Eve' }, { 'if-match': ifMatch });
    expect([answer.statusCode, problemIn(answer).error]).toEqual([412, 'VERSION_CONFLICT']);
    expect(await world.deps.users.find(ada.id)).toEqual(ada);
  });

  it.each([
    ['email', /email\/change/],
    ['password', /password\/change/],
    ['is_admin', /administrators/i],
    ['status', /DELETE/],
    ['id', /no such member/],
    ['plan', /no such member/],
    ['version', /no such member/],
    ['personal_workspace_id', /no such member/],
    ['passwordHash', /no such member/],
    ['pk', /no such member/],
    ['__proto__', /no such member/],
    ['constructor', /no such member/],
    ['toString', /no such member/],
  ])('refuses the member %s as unknown and says where it belongs', async (name, message) => {
    const answer = await write('PATCH', ME, `{"name":"Eve","${name}":true}`);
    expect([answer.statusCode, problemIn(answer).error]).toEqual([400, 'VALIDATION_FAILED']);
    expect(problemIn(answer)['errors']).toEqual([
      { path: name, code: 'unknown_member', message: expect.stringMatching(message) },
    ]);
    expect(await world.deps.users.find(ada.id)).toEqual(ada);
  });

  it('keeps any name that can be read, and refuses any other', async () => {
    const kept = ['ü "q" <b>\u202e😀', "O'Brien", '{{7*7}}', '=1+1', 'x'.repeat(100), 'null', '李'];
    for (const name of kept) expect(bodyOf(await write('PATCH', ME, { name }))['name']).toBe(name);
    const refused = ['', ' ', '\u0000', 'a\nb', 'a\rb', 'x'.repeat(101), 7, null, {}, ['a'], true];
    for (const name of refused) expect([name, (await write('PATCH', ME, { name })).statusCode]).toEqual([name, 400]);
    for (const body of ['[]', '"x"', '7', 'null', '{', '', '{"name":"\\ud800"}'])
      expect([body, (await write('PATCH', ME, body)).statusCode]).toEqual([body, 400]);
    expect((await world.deps.users.find(ada.id))?.name).toBe('李');
  });

  it('changed by four at once without If-Match keeps the last of them and counts every one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 4 }, (_, index) => write('PATCH', ME, { name: `N${index}` })),
    );
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200]);
    expect((await world.deps.users.find(ada.id))?.version).toBe(5);
  });

  it('is no key’s, and nobody’s whose account ended a moment ago', async () => {
    const byKey = await world.call('GET', ME, { identity: keyIdentity() });
    expect(problemIn(byKey).error).toBe('FORBIDDEN');
    await world.call('DELETE', ME, world.as(ada));
    for (const answer of [await read(), await write('PATCH', ME, { name: 'Back' }), await read(PREFERENCES)])
      expect([answer.statusCode, problemIn(answer).error]).toEqual([401, 'UNAUTHENTICATED']);
  });
});

describe('Preferences', () => {
  const ALL = { timezone: 'Europe/Berlin', locale: 'de-AT', theme: 'dark', default_workspace_id: null };

  it('begin with what is usual and are replaced as a whole', async () => {
    const usual = { timezone: 'UTC', locale: 'en', theme: 'system', default_workspace_id: null };
    const first = await read(PREFERENCES);
    expect(parseMembers(preferencesAnswer, bodyOf(first))).toEqual(usual);
    expect(first.headers?.['etag']).toBe('"1"');
    const workspace = await world.workspace(ada);
    const mine = { ...ALL, default_workspace_id: workspace.id };
    const replaced = await write('PUT', PREFERENCES, mine, { 'if-match': '"1"' });
    expect([replaced.statusCode, bodyOf(replaced), replaced.headers?.['etag']]).toEqual([200, mine, '"2"']);
    expect(bodyOf(await read(PREFERENCES))).toEqual(mine);
    expect(bodyOf(await write('PUT', PREFERENCES, { theme: 'light' }))).toEqual({ ...usual, theme: 'light' });
  });

  it('are not replaced from another version', async () => {
    expect(problemIn(await write('PUT', PREFERENCES, ALL, { 'if-match': '"3"' })).error).toBe('VERSION_CONFLICT');
    expect((await world.deps.users.find(ada.id))?.preferences.theme).toBe('system');
  });

  it('take a workspace that is theirs, no other, and none that is gone', async () => {
    const eve = await world.person();
    const gone = await world.workspace(ada);
    const entry = anEntry({ workspaceId: gone.id, action: 'workspace.deleted' });
    await world.workspaces.remove(gone, entry, { kind: 'erase-workspace', workspaceId: gone.id });
    const others = [eve.personalWorkspaceId, 'ws_nothing', gone.id, 'x', '', `ws_${'x'.repeat(5_000)}`, 'ws_1#limit'];
    for (const default_workspace_id of others) {
      const answer = await write('PUT', PREFERENCES, { ...ALL, default_workspace_id });
      expect([answer.statusCode, problemIn(answer)['errors']]).toEqual([
        400,
        [{ path: 'default_workspace_id', code: 'not_a_member', message: expect.any(String) }],
      ]);
    }
    expect((await world.deps.users.find(ada.id))?.version).toBe(1);
  });

  it.each(['theme', 'timezone', 'locale', 'default_workspace_id'])('refuse anything hostile as %s', async (name) => {
    const hostile = [7, {}, [], true, '', ' ', '\u0000', '../../etc', '{{7*7}}', 'x'.repeat(5_000), '😀', 'a\nb'];
    for (const value of hostile) {
      const answer = await write('PUT', PREFERENCES, { ...ALL, [name]: value });
      expect([value, answer.statusCode]).toEqual([value, 400]);
      expect(JSON.stringify(problemIn(answer)['errors'])).toContain(name);
    }
    expect((await write('PUT', PREFERENCES, { ...ALL, extra: 1 })).statusCode).toBe(400);
    expect((await world.deps.users.find(ada.id))?.preferences.theme).toBe('system');
  });
});
