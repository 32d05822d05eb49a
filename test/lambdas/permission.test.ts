import type { APIGatewayProxyResult } from 'aws-lambda';
import type { Identity } from '../../core/accounts/caller.ts';
import type { Permission } from '../../core/accounts/permissions.ts';
import { PERMISSIONS, ROLES, SCOPES } from '../../core/accounts/permissions.ts';
import { FAILURES } from '../../core/errors.ts';
import { http, jsonAnswer } from '../../lambdas/http.ts';
import type { Route } from '../../lambdas/routes.ts';
import { ROUTES } from '../../lambdas/routes.ts';
import { appEvent } from '../fixtures/events.ts';
import { keyIdentity, personIdentity } from '../fixtures/identities.ts';
import { problemIn } from '../fixtures/problems.ts';
import { CONTEXT, quietLogger } from '../fixtures/quiet-logger.ts';

const guarded = ROUTES.filter((route): route is Route & { access: Permission } => route.access !== 'public');

/** What the wrapper lets through to a handler, which here does nothing but say that it was reached. */
async function call(
  { method, path }: Pick<Route, 'method' | 'path'>,
  identity: Identity | null,
  headers: Record<string, string> = {},
): Promise<APIGatewayProxyResult> {
  const handler = http(quietLogger().logger, () => Promise.resolve(jsonAnswer(200, { reached: true })));
  const params = Object.fromEntries([...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [name, 'ws_1']));
  return (await handler(appEvent(method, path, { identity, headers, params }), CONTEXT)) as APIGatewayProxyResult;
}
const verdict = async (...request: Parameters<typeof call>): Promise<string> => {
  const answer = await call(...request);
  return answer.statusCode === 200 ? 'reached' : problemIn(answer).error;
};

const CSRF = { 'X-Signpost-CSRF': '1' };

describe('Every guarded route', () => {
  it.each(guarded)('$method $path is asked for its permission', async (route) => {
    const { access } = route;
    const rule = PERMISSIONS[access];
    expect(await verdict(route, null)).toBe('UNAUTHENTICATED');
    for (const role of ROLES) {
      const may = 'roles' in rule ? (rule.roles as readonly string[]).includes(role) : rule.person === 'anyone';
      expect([role, await verdict(route, personIdentity({ role }))]).toEqual([role, may ? 'reached' : 'FORBIDDEN']);
    }
    for (const scope of SCOPES) {
      const may = 'scope' in rule && rule.scope === scope;
      expect([scope, await verdict(route, keyIdentity({ scopes: [scope] }))]).toEqual([
        scope,
        may ? 'reached' : 'FORBIDDEN',
      ]);
    }
  });

  it.each(guarded)('$method $path is about no workspace that is not the caller’s', async (route) => {
    const isAboutOne = 'roles' in PERMISSIONS[route.access];
    const person = isAboutOne ? 'WORKSPACE_NOT_FOUND' : 'reached';
    expect(await verdict(route, personIdentity({ role: null, isAdmin: true }))).toBe(person);
    const key = { ...keyIdentity(), workspace: null, permissions: [] };
    expect(await verdict(route, key)).toBe(isAboutOne ? 'WORKSPACE_NOT_FOUND' : 'FORBIDDEN');
  });

  it.each(guarded)('$method $path with a cookie wants the CSRF header if it changes anything', async (route) => {
    const identity = personIdentity({ role: 'admin', isAdmin: true, credential: 'cookie' });
    const isAllowed = identity.permissions.includes(route.access);
    const allowed = isAllowed ? 'reached' : 'FORBIDDEN';
    expect(await verdict(route, identity)).toBe(route.method === 'GET' ? allowed : 'CSRF_HEADER_REQUIRED');
    expect(await verdict(route, identity, CSRF)).toBe(allowed);
  });
});

describe('A request with cookies that changes something', () => {
  const ROUTE = { method: 'POST', path: '/v1/urls' } as const;
  const byCookie = personIdentity({ credential: 'cookie' });

  it.each(['0', 'true', '', '1, 1', ' 1x'])('is refused with the CSRF header %j', async (value) => {
    expect(await verdict(ROUTE, byCookie, { 'X-Signpost-CSRF': value })).toBe('CSRF_HEADER_REQUIRED');
  });

  it('is refused as what a form of another site could send', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'])
      expect(await verdict(ROUTE, byCookie, { 'Content-Type': type, Origin: 'https://evil.example' })).toBe(
        'CSRF_HEADER_REQUIRED',
      );
  });

  it('needs no such header with a token of its own', async () => {
    expect(await verdict(ROUTE, personIdentity())).toBe('reached');
    expect(await verdict(ROUTE, keyIdentity())).toBe('reached');
  });

  it('is told what it lacks, as 403', async () => {
    const answer = await call(ROUTE, byCookie);
    expect([answer.statusCode, problemIn(answer).error]).toEqual([403, 'CSRF_HEADER_REQUIRED']);
  });
});

describe('Who is refused', () => {
  it('learns which scope their key lacks, and where no key is let in', async () => {
    const create = await call({ method: 'POST', path: '/v1/urls' }, keyIdentity({ scopes: ['urls:read'] }));
    expect(problemIn(create)).toMatchObject({ error: 'FORBIDDEN', required_scope: 'urls:write' });
    const profile = await call({ method: 'GET', path: '/v1/users/me' }, keyIdentity());
    expect(problemIn(profile)).toMatchObject({ detail: 'No API key may do this; sign in instead.' });
    expect(problemIn(profile)).not.toHaveProperty('required_scope');
  });

  it('learns which role is not enough', async () => {
    const create = await call({ method: 'POST', path: '/v1/urls' }, personIdentity({ role: 'viewer' }));
    expect(problemIn(create)).toMatchObject({
      detail: 'The role viewer does not allow this; it takes one of owner, admin, editor.',
    });
  });

  it('learns as an owner how to leave', async () => {
    const leave = await call({ method: 'POST', path: '/v1/workspaces/{workspace_id}/leave' }, personIdentity());
    expect(problemIn(leave)).toMatchObject({ error: 'FORBIDDEN', detail: FAILURES.OWNER_REQUIRED.sentence });
  });

  it('learns that only administrators may', async () => {
    const users = await call({ method: 'GET', path: '/v1/users' }, personIdentity());
    expect(problemIn(users)).toMatchObject({ detail: 'Only administrators of this Signpost may do this.' });
  });
});
