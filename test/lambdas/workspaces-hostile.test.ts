import { writeCursor } from '../../lambdas/list-cursor.ts';
import { problemIn } from '../fixtures/problems.ts';
import { workspacesApi } from '../fixtures/workspaces-api.ts';

const WORKSPACES = '/v1/workspaces';
const WORKSPACE = '/v1/workspaces/{workspace_id}';

/** An owner with a member, an open invite and everybody's ids, and the same of somebody else. */
async function twoWorkspaces() {
  const api = workspacesApi();
  const { owner, id } = await api.workspace();
  const member = await api.join(owner, id);
  const { offered } = await api.offer(owner, id, 'open@example.com');
  const stranger = await api.workspace();
  const theirMember = await api.join(stranger.owner, stranger.id);
  const theirs = await api.offer(stranger.owner, stranger.id, 'theirs@example.com');
  const identity = api.as(owner, 'owner', id);
  const params = { workspace_id: id, user_id: member.id, invite_id: offered.id };
  return { ...api, owner, id, identity, params, stranger, theirMember, theirInvite: theirs.offered };
}
type World = Awaited<ReturnType<typeof twoWorkspaces>>;

const LONE = JSON.stringify({ name: '#' }).replace('#', '\\ud800');
const NOT_TEXT: readonly unknown[] = [null, 1, true, [], ['x'], {}, { toString: 'x' }];
const BAD_NAMES = [
  ...NOT_TEXT,
  '',
  ' ',
  '\u3000\t',
  '\u200b',
  'a\nb',
  'a\u0000b',
  '\u0085',
  'a\u2028b',
  'x'.repeat(101),
];
const BAD_ROLES = [...NOT_TEXT, '', 'owner', 'Owner', 'root', '__proto__', 'constructor', 'admin ', 'x'.repeat(9_000)];
const BAD_EMAILS = [
  ...NOT_TEXT,
  '',
  'a',
  '@',
  'a@',
  '@b.c',
  'a@b',
  'a b@example.com',
  'a@example.com\nBcc: x@example.com',
  'a@example.com,b@example.com',
  '"a"@example.com',
  'a@[127.0.0.1]',
  'ä@example.com',
  `${'a'.repeat(65)}@example.com`,
  `a@${'b'.repeat(250)}.com`,
  '__proto__',
];
const BAD_USER_IDS = [
  ...NOT_TEXT,
  '',
  'usr_',
  'me',
  '__proto__',
  'usr_1#',
  'usr_ 1',
  'USR_1',
  `usr_${'1'.repeat(41)}`,
  'ws_1',
];
const BAD_TOKENS = [...NOT_TEXT, '', 'x'.repeat(321)];
const STRANGE_MEMBERS = [
  'owner_id',
  'role',
  'plan',
  'status',
  'id',
  'pk',
  'sk',
  'version',
  'constructor',
  'toString',
  'NAME',
];

type Write = {
  readonly route: string;
  readonly good: Readonly<Record<string, unknown>>;
  readonly bad: Readonly<Record<string, readonly unknown[]>>;
};
const WRITES: readonly Write[] = [
  { route: `POST ${WORKSPACES}`, good: { name: 'N' }, bad: { name: BAD_NAMES } },
  { route: `PATCH ${WORKSPACE}`, good: { name: 'N' }, bad: { name: BAD_NAMES } },
  { route: `POST ${WORKSPACE}/transfer`, good: { user_id: 'usr_1' }, bad: { user_id: BAD_USER_IDS } },
  { route: `PATCH ${WORKSPACE}/members/{user_id}`, good: { role: 'viewer' }, bad: { role: BAD_ROLES } },
  {
    route: `POST ${WORKSPACE}/invites`,
    good: { email: 'g@example.com', role: 'viewer' },
    bad: { email: BAD_EMAILS, role: BAD_ROLES },
  },
  { route: 'POST /v1/invites/accept', good: { token: 't' }, bad: { token: BAD_TOKENS } },
];

/** Every one of these is refused with one of the words, and nothing is different afterwards. */
async function expectRefused(
  world: World,
  words: readonly string[],
  calls: readonly (readonly [name: string, call: () => ReturnType<World['call']>])[],
): Promise<void> {
  const before = world.kept.everything();
  for (const [name, call] of calls) {
    const answer = await call();
    expect([name, answer.statusCode >= 400 && answer.statusCode < 500]).toEqual([name, true]);
    expect([name, words]).toEqual([name, expect.arrayContaining([problemIn(answer).error])]);
  }
  expect(calls.length).toBeGreaterThan(0);
  expect(world.kept.everything()).toBe(before);
}

describe.each(WRITES)('$route', ({ route, good, bad }) => {
  const calling =
    (world: World, body: unknown, headers: Record<string, string> = {}) =>
    () =>
      world.call(route, { identity: world.identity, params: world.params, body, headers });

  it('refuses each bad value of each member, and says which', async () => {
    const world = await twoWorkspaces();
    for (const [member, values] of Object.entries(bad)) {
      const calls = [...values, undefined].map(
        (value) => [JSON.stringify(value) ?? 'absent', calling(world, { ...good, [member]: value })] as const,
      );
      await expectRefused(world, ['VALIDATION_FAILED'], calls);
      for (const [name, call] of calls)
        expect([name, problemIn(await call())['errors']]).toEqual([
          name,
          expect.arrayContaining([expect.objectContaining({ path: expect.stringContaining(member) })]),
        ]);
    }
  });

  it('refuses members nobody knows', async () => {
    const world = await twoWorkspaces();
    const strange = STRANGE_MEMBERS.filter((name) => !(name in good));
    const calls = strange.map((name) => [name, calling(world, { ...good, [name]: 'x' })] as const);
    const prototype = JSON.stringify(good).replace('{', '{"__proto__":{"role":"owner"},');
    await expectRefused(world, ['VALIDATION_FAILED'], [...calls, ['__proto__', calling(world, prototype)]]);
  });

  it('refuses what is no JSON object', async () => {
    const world = await twoWorkspaces();
    const deep = '['.repeat(100_000);
    const texts = ['', '{', 'x', 'null', '[]', '"x"', '1', '1e999', '{"a":1}}', deep, LONE, JSON.stringify([good])];
    const calls = texts.map((text) => [text.slice(0, 20), calling(world, text)] as const);
    await expectRefused(world, ['INVALID_JSON', 'VALIDATION_FAILED'], calls);
    const media = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''];
    await expectRefused(
      world,
      ['UNSUPPORTED_MEDIA_TYPE'],
      media.map((type) => [type, calling(world, good, { 'Content-Type': type })] as const),
    );
    const large = JSON.stringify({ ...good, padding: 'x'.repeat(300_000) });
    await expectRefused(world, ['PAYLOAD_TOO_LARGE'], [['large', calling(world, large)]]);
  });
});

const HOSTILE_IDS = [
  '__proto__',
  'constructor',
  'toString',
  '..',
  '%00',
  '\u0000',
  "' OR 1=1",
  '{{7*7}}',
  'usr_',
  'inv_',
  'ws_',
  'usr_#',
  'inv_#1',
  'usr_unknown',
  'inv_unknown',
  `usr_${'a'.repeat(3_000)}`,
  `inv_${'a'.repeat(3_000)}`,
  'usr_é',
];

describe('Ids in a path', () => {
  it('that are no member’s are nobody', async () => {
    const world = await twoWorkspaces();
    const ids = [...HOSTILE_IDS, world.theirMember.id, world.stranger.owner.id, world.id, world.params.invite_id];
    const calls = ids.flatMap((user_id) => {
      const of = { identity: world.identity, params: { ...world.params, user_id } };
      return [
        [user_id, () => world.call(`DELETE ${WORKSPACE}/members/{user_id}`, of)] as const,
        [
          user_id,
          () => world.call(`PATCH ${WORKSPACE}/members/{user_id}`, { ...of, body: { role: 'admin' } }),
        ] as const,
      ];
    });
    await expectRefused(world, ['MEMBER_NOT_FOUND'], calls);
  });

  it('that are no invite’s are none', async () => {
    const world = await twoWorkspaces();
    const ids = [...HOSTILE_IDS, world.theirInvite.id, world.params.user_id, world.id];
    await expectRefused(
      world,
      ['INVITE_NOT_FOUND'],
      ids.map((invite_id) => {
        const of = { identity: world.identity, params: { ...world.params, invite_id } };
        return [invite_id, () => world.call(`DELETE ${WORKSPACE}/invites/{invite_id}`, of)] as const;
      }),
    );
  });

  it('that name another workspace than the authorizer let the caller into lead nowhere', async () => {
    const world = await twoWorkspaces();
    const params = { ...world.params, workspace_id: world.stranger.id, user_id: world.theirMember.id };
    const routes: readonly (readonly [string, unknown])[] = [
      [`GET ${WORKSPACE}`, undefined],
      [`PATCH ${WORKSPACE}`, { name: 'Mine' }],
      [`DELETE ${WORKSPACE}`, undefined],
      [`POST ${WORKSPACE}/transfer`, { user_id: world.theirMember.id }],
      [`GET ${WORKSPACE}/members`, undefined],
      [`PATCH ${WORKSPACE}/members/{user_id}`, { role: 'viewer' }],
      [`DELETE ${WORKSPACE}/members/{user_id}`, undefined],
      [`GET ${WORKSPACE}/invites`, undefined],
      [`POST ${WORKSPACE}/invites`, { email: 'g@example.com', role: 'admin' }],
      [`DELETE ${WORKSPACE}/invites/{invite_id}`, undefined],
    ];
    await expectRefused(
      world,
      ['WORKSPACE_NOT_FOUND'],
      routes.map(
        ([route, body]) => [route, () => world.call(route, { identity: world.identity, params, body })] as const,
      ),
    );
  });
});

describe('The queries of lists', () => {
  const LISTS = [`GET ${WORKSPACES}`, `GET ${WORKSPACE}/members`, `GET ${WORKSPACE}/invites`, 'GET /v1/audit-log'];

  it.each(LISTS)('%s refuses limits and cursors that are none', async (route) => {
    const world = await twoWorkspaces();
    const names = ['workspaces', 'members', 'invites', 'audit-log'];
    const afters = ['', 'usr_#', '__proto__', `usr_${'a'.repeat(1_500)}`, 'key_1', '{"pk":"x"}'];
    const made = names.flatMap((list) =>
      afters.flatMap((after) => [world.id, world.owner.id].map((owner) => writeCursor({ list, after }, owner) ?? '')),
    );
    const foreign = names.map((list) => writeCursor({ list, after: null }, world.stranger.id) ?? '');
    const odd = ['x', '{}', 'bnVsbA', Buffer.from('{"0":1}').toString('base64url'), 'x'.repeat(2_049)];
    const queries = [
      ...['0', '-1', '101', '1.5', '1e1', 'x', '', ' 1', '0x1'].map((limit) => ({ limit })),
      ...[...made, ...foreign, ...odd].map((cursor) => ({ cursor })),
    ];
    await expectRefused(
      world,
      ['VALIDATION_FAILED'],
      queries.map((query) => {
        const call = () => world.call(route, { identity: world.identity, params: world.params, query });
        return [JSON.stringify(query).slice(0, 60), call] as const;
      }),
    );
  });

  it('of the audit log name actions and actors that could be', async () => {
    const world = await twoWorkspaces();
    const queries = [
      ...['', 'x', '__proto__', 'constructor', 'member.*', 'workspace.created '].map((action) => ({ action })),
      ...['', 'me', 'operator', '__proto__', 'usr_', 'usr_#', world.owner.email, `usr_${'a'.repeat(99)}`].map(
        (actor) => ({
          actor,
        }),
      ),
    ];
    await expectRefused(
      world,
      ['VALIDATION_FAILED'],
      queries.map((query) => [
        JSON.stringify(query),
        () => world.call('GET /v1/audit-log', { identity: world.identity, query }),
      ]),
    );
  });
});
