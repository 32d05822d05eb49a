import { knownDevices } from '../../adapters/known-devices.ts';
import { invitedItem, memberItem, membershipItem, traceItem } from '../../adapters/workspace-items.ts';
import { emailSha256 } from '../../core/accounts/email.ts';
import { LINKS_PER_PAGE } from '../../core/accounts/export-data.ts';
import type { User } from '../../core/accounts/user.ts';
import { exportAnswer } from '../../lambdas/accounts/export-schemas.ts';
import { parseMembers } from '../../lambdas/json-body.ts';
import { keyIdentity } from '../fixtures/identities.ts';
import { aLink, LINK_PASSWORD } from '../fixtures/links.ts';
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

const EXPORT = '/v1/users/me/export';
const ask = (query: Record<string, string> = {}, user = ada, sessionId = 'ses_1') =>
  world.call('GET', EXPORT, { ...world.as(user, { sessionId }), query });
const exported = async (query: Record<string, string> = {}) => parseMembers(exportAnswer, bodyOf(await ask(query)));
const linksOf = (workspaceId: string, count: number, prefix: string, changes: Partial<ReturnType<typeof aLink>> = {}) =>
  Array.from({ length: count }, (_, index) =>
    aLink({ code: `${prefix}${index}`, workspaceId, createdAtMs: world.clock.nowMs + index, ...changes }),
  );

async function allPages() {
  const first = await exported();
  const pages = [first];
  for (let cursor = first.next_cursor; cursor !== null; ) {
    const page = await exported({ cursor });
    pages.push(page);
    cursor = page.next_cursor;
  }
  return pages;
}

describe('The export of a person’s data', () => {
  it('is a file with everything that is stored about them', async () => {
    const session = await world.session(ada, { userAgent: 'Agent/1' });
    await knownDevices(world.client, 'accounts').remember(ada.id, 'a'.repeat(64), world.clock.nowMs);
    const own = await world.workspace(ada, 'Own');
    const eve = await world.person();
    const others = await world.workspace(eve, 'Eve’s');
    const member = { workspaceId: others.id, userId: ada.id, role: 'viewer', joinedAtMs: world.clock.nowMs } as const;
    for (const item of [memberItem(member), membershipItem(member), traceItem(member)]) await world.put(item);
    const invite = {
      id: 'inv_1',
      workspaceId: eve.personalWorkspaceId,
      email: ada.email,
      role: 'editor',
      tokenSha256: 'f'.repeat(64),
      createdAtMs: world.clock.nowMs,
      expiresAtMs: world.clock.nowMs + 86_400_000,
    } as const;
    await world.put(invitedItem(invite, emailSha256(ada.email)));
    const key = bodyOf(
      await world.call('POST', '/v1/api-keys', {
        ...world.as(ada, { workspaceId: own.id }),
        body: JSON.stringify({ name: 'CI', scopes: ['urls:read'] }),
      }),
    );
    await world.links([
      aLink({ code: 'mine-1', workspaceId: ada.personalWorkspaceId, password: LINK_PASSWORD, title: 'ü <b>' }),
      aLink({ code: 'own-1', workspaceId: own.id }),
      aLink({ code: 'gone-1', workspaceId: own.id, status: 'deleted' }),
      aLink({ code: 'eves-1', workspaceId: others.id }),
    ]);

    const answer = await ask({}, ada, session.id);
    expect(answer.headers).toMatchObject({
      'content-disposition': 'attachment; filename="signpost-export.json"',
      'content-type': 'application/json',
      'cache-control': 'no-store',
    });
    const { person, links, next_cursor } = parseMembers(exportAnswer, bodyOf(answer));
    expect(person?.profile).toMatchObject({ id: ada.id, email: ada.email });
    expect(person?.preferences).toMatchObject({ timezone: 'UTC' });
    expect(person?.sessions).toMatchObject([{ id: session.id, current: true, user_agent: 'Agent/1' }]);
    expect(person?.known_devices).toHaveLength(1);
    expect(person?.memberships.map(({ workspace_name, role }) => [workspace_name, role])).toEqual([
      ['Ada', 'owner'],
      ['Own', 'owner'],
      ['Eve’s', 'viewer'],
    ]);
    expect(person?.invitations).toMatchObject([{ workspace_id: eve.personalWorkspaceId }]);
    expect(person?.api_keys).toMatchObject([
      { workspace_id: own.id, id: key['id'], prefix: String(key['key']).slice(0, 7) },
    ]);
    expect(person?.audit_entries.map(({ action }) => action).toSorted()).toEqual([
      'api_key.created',
      'workspace.created',
      'workspace.created',
    ]);
    expect(person?.audit_entries_are_all).toBe(true);
    expect(links.map(({ short_code }) => short_code)).toEqual(['mine-1', 'own-1']);
    expect(links[0]).toMatchObject({ password_protected: true, title: 'ü <b>', workspace_id: ada.personalWorkspaceId });
    expect(next_cursor).toBeNull();
    const secrets = [
      ada.passwordHash,
      LINK_PASSWORD.hash,
      LINK_PASSWORD.unlockKey,
      String(key['key']),
      'a'.repeat(64),
      invite.tokenSha256,
    ];
    for (const secret of secrets) expect(answer.body).not.toContain(secret);
    expect(answer.body).not.toMatch(/argon2|sha256|refresh/);
  });

  it('goes on with links, page by page and workspace by workspace, and repeats nothing', async () => {
    const [one, two, empty] = [await world.workspace(ada), await world.workspace(ada), await world.workspace(ada)];
    await world.links([
      ...linksOf(ada.personalWorkspaceId, LINKS_PER_PAGE, 'p'),
      ...linksOf(one.id, LINKS_PER_PAGE + 50, 'a'),
      ...linksOf(two.id, 3, 'b'),
    ]);
    const pages = await allPages();
    const codes = pages.flatMap(({ links }) => links.map(({ short_code }) => short_code));
    expect(codes).toHaveLength(2 * LINKS_PER_PAGE + 53);
    expect(new Set(codes).size).toBe(codes.length);
    expect(pages.map(({ person }) => person !== undefined)).toEqual([true, ...pages.slice(1).map(() => false)]);
    expect(empty.id).not.toBe(two.id);
  });

  it('stays below five megabytes with the largest links there can be', async () => {
    const largest = {
      targetUrl: `https://example.com/${'x'.repeat(8_170)}`,
      title: '\u0001'.repeat(200),
      tags: Array.from({ length: 20 }, (_, index) => `${index}${'\u0001'.repeat(48)}`),
      externalId: '\u0001'.repeat(255),
    };
    await world.links(linksOf(ada.personalWorkspaceId, LINKS_PER_PAGE, 'big', largest));
    const answer = await ask();
    expect(parseMembers(exportAnswer, bodyOf(answer)).links).toHaveLength(LINKS_PER_PAGE);
    expect(Buffer.byteLength(answer.body)).toBeLessThan(5 * 1024 * 1024);
  });

  it('refuses a cursor that is not from it, also one of somebody else’s export', async () => {
    const eve = await world.person();
    await world.links(linksOf(ada.personalWorkspaceId, LINKS_PER_PAGE + 1, 'c'));
    await world.links(linksOf(eve.personalWorkspaceId, 1, 'e'));
    const { next_cursor } = await exported();
    expect((await exported({ cursor: next_cursor ?? '' })).links).toHaveLength(1);
    const [, key = ''] = (next_cursor ?? '').split('.');
    const cursors = [
      '',
      'x',
      '.',
      'ws_.x',
      `${eve.personalWorkspaceId}.${key}`,
      `${ada.personalWorkspaceId}.`,
      `${ada.personalWorkspaceId}.x`,
      `ws_nobody.${key}`,
      `ws_${'x'.repeat(1_000)}.${key}`,
      'x'.repeat(5_000),
    ];
    for (const cursor of cursors) {
      const answer = await ask({ cursor });
      expect([cursor.slice(0, 30), answer.statusCode, problemIn(answer).error]).toEqual([
        cursor.slice(0, 30),
        400,
        'VALIDATION_FAILED',
      ]);
    }
    expect((await ask({ cursor: next_cursor ?? '' }, eve)).statusCode).toBe(400);
  });

  it('is nobody’s whose account is ending, and no key’s', async () => {
    await world.call('DELETE', '/v1/users/me', world.as(ada));
    expect(problemIn(await ask()).error).toBe('UNAUTHENTICATED');
    expect(problemIn(await world.call('GET', EXPORT, { identity: keyIdentity() })).error).toBe('FORBIDDEN');
  });
});
