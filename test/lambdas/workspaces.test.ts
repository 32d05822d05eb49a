import type { APIGatewayProxyResult } from 'aws-lambda';
import type * as z from 'zod/mini';
import { ACCOUNTS_ROUTES } from '../../lambdas/accounts/handler.ts';
import { auditAnswer, inviteAnswer, memberAnswer, workspaceAnswer } from '../../lambdas/accounts/workspace-schemas.ts';
import { parseMembers } from '../../lambdas/json-body.ts';
import { pageAnswer } from '../../lambdas/page-query.ts';
import { ROUTES } from '../../lambdas/routes.ts';
import { APP_ORIGIN } from '../fixtures/events.ts';
import { problemIn } from '../fixtures/problems.ts';
import { workspacesApi } from '../fixtures/workspaces-api.ts';

const WORKSPACES = '/v1/workspaces';
const WORKSPACE = '/v1/workspaces/{workspace_id}';

/** The answer's body, which has exactly the documented shape. */
function shown<T extends z.ZodMiniType>(schema: T, answer: APIGatewayProxyResult, status = 200): z.infer<T> {
  expect([answer.statusCode, answer.body]).toEqual([status, expect.any(String)]);
  return parseMembers(schema, JSON.parse(answer.body) as unknown);
}

describe('The accounts function', () => {
  it('has a place for each of its routes, and for no other', () => {
    const names = ROUTES.filter((route) => route.function === 'accounts' && route.aliasOf === undefined);
    const expected = names.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(Object.keys(ACCOUNTS_ROUTES))).toEqual(new Set(expected));
  });

  it('says in every guarded answer what is left of the workspace’s limits', async () => {
    const { call, as, person } = workspacesApi();
    const ada = await person();
    for (const [route, params] of [
      [`GET ${WORKSPACES}`, {}],
      [`GET ${WORKSPACE}`, { workspace_id: ada.personalWorkspaceId }],
      [`GET ${WORKSPACE}`, { workspace_id: 'ws_other' }],
    ] as const) {
      const { headers } = await call(route, { identity: as(ada), params });
      expect(headers?.['ratelimit-policy']).toContain('"creates";q=10;w=60');
      expect(headers?.['ratelimit']).toContain('"creates";r=10');
    }
  });
});

describe('Workspaces', () => {
  it('are made, read, renamed and deleted', async () => {
    const { call, as, person } = workspacesApi();
    const ada = await person();
    const answer = await call(`POST ${WORKSPACES}`, { identity: as(ada), body: { name: 'Größe 東京' } });
    const made = shown(workspaceAnswer, answer, 201);
    expect(made).toMatchObject({ name: 'Größe 東京', plan: 'free', role: 'owner', owner_id: ada.id, version: 1 });
    expect(answer.headers).toMatchObject({ etag: '"1"', location: `/v1/workspaces/${made.id}` });

    const identity = as(ada, 'owner', made.id);
    const params = { workspace_id: made.id };
    expect(shown(workspaceAnswer, await call(`GET ${WORKSPACE}`, { identity, params }))).toEqual(made);
    const renamed = await call(`PATCH ${WORKSPACE}`, {
      identity,
      params,
      headers: { 'If-Match': '"1"' },
      body: { name: 'New' },
    });
    expect(shown(workspaceAnswer, renamed)).toEqual({ ...made, name: 'New', version: 2 });
    expect(renamed.headers?.['etag']).toBe('"2"');
    const stale = { identity, params, headers: { 'If-Match': '"1"' } };
    expect(problemIn(await call(`PATCH ${WORKSPACE}`, { ...stale, body: { name: 'Late' } })).error).toBe(
      'VERSION_CONFLICT',
    );
    expect(problemIn(await call(`DELETE ${WORKSPACE}`, stale)).error).toBe('VERSION_CONFLICT');
    expect((await call(`DELETE ${WORKSPACE}`, { identity, params })).statusCode).toBe(204);
    expect(problemIn(await call(`GET ${WORKSPACE}`, { identity, params })).error).toBe('WORKSPACE_NOT_FOUND');
  });

  it('are told to a key too, which has no role', async () => {
    const { call, asKey, workspace } = workspacesApi();
    const { id } = await workspace();
    const answer = await call(`GET ${WORKSPACE}`, { identity: asKey(id), params: { workspace_id: id } });
    expect(shown(workspaceAnswer, answer)).toMatchObject({ id, role: null });
  });

  it('are listed a page at a time, with the role in each', async () => {
    const { call, as, person, workspace, join } = workspacesApi();
    const { owner, id } = await workspace();
    const guest = await join(owner, id, 'viewer');
    const stranger = await person();
    const list = async (cursor: string | null) =>
      shown(
        pageAnswer(workspaceAnswer),
        await call(`GET ${WORKSPACES}`, { identity: as(guest), query: { limit: '1', ...(cursor && { cursor }) } }),
      );
    const first = await list(null);
    const second = await list(first.next_cursor);
    expect(new Set([...first.data, ...second.data].map(({ role }) => role))).toEqual(new Set(['owner', 'viewer']));
    expect(second.next_cursor).toBeNull();
    const stolen = { identity: as(stranger), query: { cursor: first.next_cursor ?? '' } };
    expect(problemIn(await call(`GET ${WORKSPACES}`, stolen)).error).toBe('VALIDATION_FAILED');
  });

  it('are made once for a person’s Idempotency-Key, and each person’s key is their own', async () => {
    const { call, as, workspace, join, kept } = workspacesApi();
    const { owner, id } = await workspace();
    const guest = await join(owner, id, 'admin');
    const make = (identity: ReturnType<typeof as>, name: string) =>
      call(`POST ${WORKSPACES}`, { identity, headers: { 'Idempotency-Key': 'same' }, body: { name } });
    const answers = [await make(as(owner, 'owner', id), 'One'), await make(as(owner, 'owner', id), 'One')];
    expect(answers[1]).toMatchObject({ statusCode: 201, body: answers[0]?.body, headers: { etag: '"1"' } });
    expect(problemIn(await make(as(owner, 'owner', id), 'Other')).error).toBe('IDEMPOTENCY_MISMATCH');
    const theirs = shown(workspaceAnswer, await make(as(guest, 'admin', id), 'One'), 201);
    expect(theirs.owner_id).toBe(guest.id);
    expect((await kept.members.listOf(owner.id, 100, null)).items).toHaveLength(3);
  });

  it('are given to a member, and the giver is an admin then', async () => {
    const { call, as, workspace, join } = workspacesApi();
    const { owner, id } = await workspace();
    const heir = await join(owner, id);
    const params = { workspace_id: id };
    const transfer = (user_id: unknown) =>
      call(`POST ${WORKSPACE}/transfer`, { identity: as(owner, 'owner', id), params, body: { user_id } });
    expect(shown(workspaceAnswer, await transfer(heir.id))).toMatchObject({ owner_id: heir.id, role: 'admin' });
    // The authorizer may remember for a second; the write does not.
    expect(problemIn(await transfer(heir.id)).error).toBe('FORBIDDEN');
    const late = { identity: as(owner, 'owner', id), params };
    expect(problemIn(await call(`DELETE ${WORKSPACE}`, late)).error).toBe('FORBIDDEN');
  });
});

describe('Members', () => {
  it('are listed, changed, removed, and leave', async () => {
    const { call, as, workspace, join, roles } = workspacesApi();
    const { owner, id } = await workspace();
    const [one, other] = [await join(owner, id, 'viewer'), await join(owner, id, 'editor')];
    const identity = as(owner, 'owner', id);
    const of = (user_id: string) => ({ identity, params: { workspace_id: id, user_id } });
    const { data } = shown(
      pageAnswer(memberAnswer),
      await call(`GET ${WORKSPACE}/members`, { identity, params: { workspace_id: id } }),
    );
    expect(data.map(({ user_id, name, email, role }) => [user_id, name, email, role])).toEqual([
      [owner.id, owner.name, owner.email, 'owner'],
      [one.id, one.name, one.email, 'viewer'],
      [other.id, other.name, other.email, 'editor'],
    ]);
    expect(JSON.stringify(data)).not.toContain('argon2');
    const changed = await call(`PATCH ${WORKSPACE}/members/{user_id}`, { ...of(one.id), body: { role: 'admin' } });
    expect(shown(memberAnswer, changed)).toMatchObject({ user_id: one.id, role: 'admin' });
    expect((await call(`DELETE ${WORKSPACE}/members/{user_id}`, of(one.id))).statusCode).toBe(204);
    const leaving = { identity: as(other, 'editor', id), params: { workspace_id: id } };
    expect((await call(`POST ${WORKSPACE}/leave`, leaving)).statusCode).toBe(204);
    expect([...(await roles(id)).keys()]).toEqual([owner.id]);
  });
});

describe('Invites', () => {
  const invited = async () => {
    const api = workspacesApi();
    const { owner, id } = await api.workspace();
    const guest = await api.person();
    const params = { workspace_id: id };
    const identity = api.as(owner, 'owner', id);
    const invite = (body: unknown, more: object = {}) =>
      api.call(`POST ${WORKSPACE}/invites`, { identity, params, body, ...more });
    const accept = (token: string, user = guest) =>
      api.call('POST /v1/invites/accept', { identity: api.as(user), body: { token } });
    const tokenOf = (email: string): string => {
      const job = api.kept.jobs.findLast((each) => each.kind === 'mail' && each.mail.to === email);
      return job?.kind === 'mail' && job.mail.kind === 'invited' ? job.mail.token : '';
    };
    return { ...api, owner, id, guest, params, identity, invite, accept, tokenOf };
  };

  it('go out by mail, are listed, and make a member of who takes them up', async () => {
    const { call, kept, guest, id, identity, params, invite, accept, tokenOf } = await invited();
    const address = ` ${guest.email.toUpperCase()} `;
    const made = shown(inviteAnswer, await invite({ email: address, role: 'viewer' }), 201);
    expect(made).toMatchObject({ email: guest.email, role: 'viewer' });
    expect(Date.parse(made.expires_at) - Date.parse(made.created_at)).toBe(7 * 86_400_000);
    expect(kept.jobs.at(-1)).toMatchObject({
      kind: 'mail',
      mail: { kind: 'invited', to: guest.email, appOrigin: APP_ORIGIN, workspaceName: 'Acme', role: 'viewer' },
    });
    const { data } = shown(pageAnswer(inviteAnswer), await call(`GET ${WORKSPACE}/invites`, { identity, params }));
    expect(data).toEqual([made]);
    expect(JSON.stringify([made, data])).not.toContain(tokenOf(guest.email));
    const joined = await accept(tokenOf(guest.email));
    expect(shown(workspaceAnswer, joined)).toMatchObject({ id, role: 'viewer' });
    expect(problemIn(await accept(tokenOf(guest.email))).error).toBe('INVALID_TOKEN');
  });

  it('are taken back', async () => {
    const { call, guest, identity, params, invite, accept, tokenOf } = await invited();
    const { id: invite_id } = shown(inviteAnswer, await invite({ email: guest.email, role: 'admin' }), 201);
    const revoke = () =>
      call(`DELETE ${WORKSPACE}/invites/{invite_id}`, { identity, params: { ...params, invite_id } });
    expect((await revoke()).statusCode).toBe(204);
    expect(problemIn(await revoke()).error).toBe('INVITE_NOT_FOUND');
    expect(problemIn(await accept(tokenOf(guest.email))).error).toBe('INVALID_TOKEN');
  });

  it('are sent once for an Idempotency-Key', async () => {
    const { guest, invite, kept } = await invited();
    const again = () => invite({ email: guest.email, role: 'viewer' }, { headers: { 'Idempotency-Key': 'k' } });
    const [first, second] = [await again(), await again()];
    expect([second.statusCode, second.body]).toEqual([201, first.body]);
    expect(kept.jobs).toHaveLength(1);
  });

  it('are five an hour to one address, known or not, and twenty from one client', async () => {
    const { invite, clock, guest } = await invited();
    for (const email of [guest.email, 'unknown@example.com']) {
      for (let count = 0; count < 5; count += 1) expect((await invite({ email, role: 'viewer' })).statusCode).toBe(201);
      expect(problemIn(await invite({ email, role: 'viewer' })).error).toBe('RATE_LIMIT_EXCEEDED');
    }
    const words: unknown[] = [];
    for (let count = 0; count < 12; count += 1)
      words.push((await invite({ email: `guest${count}@example.com`, role: 'viewer' })).statusCode);
    expect(words).toEqual([201, 201, 201, 201, 201, 201, 201, 201, 429, 429, 429, 429]);
    clock.nowMs += 3_600_000;
    expect((await invite({ email: guest.email, role: 'viewer' })).statusCode).toBe(201);
  });

  it('lead where the edge says the caller came from; without the edge there are none', async () => {
    const { kept, guest, invite } = await invited();
    const around = { headers: { 'x-origin-verify': 'guess', 'x-forwarded-host': 'evil.example' } };
    expect(problemIn(await invite({ email: guest.email, role: 'viewer' }, around)).error).toBe('FORBIDDEN');
    expect(kept.jobs).toEqual([]);
  });
});

describe('The audit log', () => {
  it('shows who did what, newest first, by action and actor, a page at a time', async () => {
    const { call, as, workspace, join, lines } = workspacesApi();
    const { owner, id } = await workspace();
    const admin = await join(owner, id, 'admin');
    const identity = as(admin, 'admin', id);
    const read = async (query: Record<string, string> = {}) =>
      shown(pageAnswer(auditAnswer), await call('GET /v1/audit-log', { identity, query }));
    const { data } = await read();
    expect(data.map(({ action }) => action)).toEqual(['member.joined', 'member.invited', 'workspace.created']);
    expect(data[0]).toMatchObject({
      actor: { kind: 'user', id: admin.id },
      target: admin.id,
      details: { role: 'admin' },
    });
    expect((await read({ actor: owner.id })).data).toHaveLength(2);
    expect((await read({ action: 'member.joined' })).data).toHaveLength(1);
    const first = await read({ limit: '2' });
    const { data: rest, next_cursor } = await read({ limit: '2', cursor: first.next_cursor ?? '' });
    expect([...first.data, ...rest]).toEqual(data);
    expect(next_cursor).toBeNull();
    for (const secret of [owner.id, admin.email]) expect(lines.join('')).not.toContain(secret);
  });
});
