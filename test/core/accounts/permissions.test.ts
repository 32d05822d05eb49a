import type { Permission, Role, Scope } from '../../../core/accounts/permissions.ts';
import {
  isAboutWorkspace,
  PERMISSIONS,
  permissionsOfPerson,
  permissionsOfRole,
  permissionsOfScopes,
  ROLES,
  SCOPES,
  scopeFor,
} from '../../../core/accounts/permissions.ts';
import { ROUTES } from '../../../lambdas/routes.ts';

type Row = readonly [permission: Permission, roles: string, scope: Scope | null];

/** Who may do what, written a second time: a change of the table must be meant. */
const IN_A_WORKSPACE: readonly Row[] = [
  ['urls:read', 'owner admin editor viewer', 'urls:read'],
  ['urls:write', 'owner admin editor', 'urls:write'],
  ['qr:read', 'owner admin editor viewer', 'qr:read'],
  ['qr:write', 'owner admin editor', 'qr:write'],
  ['analytics:read', 'owner admin editor viewer', 'analytics:read'],
  ['events:write', 'owner admin editor', 'urls:write'],
  ['usage:read', 'owner admin editor viewer', 'analytics:read'],
  ['workspace:read', 'owner admin editor viewer', 'account:admin'],
  ['workspace:write', 'owner admin', 'account:admin'],
  ['workspace:leave', 'admin editor viewer', null],
  ['workspace:own', 'owner', null],
  ['members:read', 'owner admin editor viewer', 'account:admin'],
  ['members:write', 'owner admin', 'account:admin'],
  ['keys:read', 'owner admin', 'account:admin'],
  ['keys:write', 'owner admin', 'account:admin'],
  ['audit:read', 'owner admin', 'account:admin'],
];
const OF_A_PERSON = { self: 'anyone', 'users:admin': 'administrator' } as const;
/** They change nothing that anybody else's answer is made of: what is ordered is a file for whoever may read, a check keeps nothing. */
const READING_BY_POST = ['POST /v1/qr/check', 'POST /v1/reports', 'POST /v1/reports/{report_id}/cancel'];

describe('The table of permissions', () => {
  it('has exactly these rows', () => {
    expect(Object.keys(PERMISSIONS).toSorted()).toEqual(
      [...IN_A_WORKSPACE.map(([name]) => name), ...Object.keys(OF_A_PERSON)].toSorted(),
    );
  });

  it.each(IN_A_WORKSPACE)('gives %s to %s, and to keys with %s', (permission, roles, scope) => {
    const having = (role: Role): boolean => permissionsOfRole(role).includes(permission);
    expect(ROLES.filter(having).join(' ')).toBe(roles);
    expect(SCOPES.filter((one) => permissionsOfScopes([one]).includes(permission))).toEqual(
      scope === null ? [] : [scope],
    );
    expect(scopeFor(permission)).toBe(scope);
    expect(isAboutWorkspace(permission)).toBe(true);
    for (const isAdmin of [true, false]) expect(permissionsOfPerson(isAdmin)).not.toContain(permission);
  });

  it('keeps what is a person’s own from keys and roles', () => {
    expect(permissionsOfPerson(false)).toEqual(['self']);
    expect(permissionsOfPerson(true).toSorted()).toEqual(['self', 'users:admin']);
    for (const permission of ['self', 'users:admin'] as const) {
      expect(permissionsOfScopes(SCOPES)).not.toContain(permission);
      for (const role of ROLES) expect(permissionsOfRole(role)).not.toContain(permission);
      expect(scopeFor(permission)).toBeNull();
      expect(isAboutWorkspace(permission)).toBe(false);
    }
  });

  it('gives no role more than the one above it, but for leaving, which is not the owner’s', () => {
    const [owner, admin, editor, viewer] = ROLES.map((role) => new Set(permissionsOfRole(role)));
    expect([...(viewer ?? [])].filter((permission) => editor?.has(permission) !== true)).toEqual([]);
    expect([...(editor ?? [])].filter((permission) => admin?.has(permission) !== true)).toEqual([]);
    expect([...(admin ?? [])].filter((permission) => owner?.has(permission) !== true)).toEqual(['workspace:leave']);
  });

  it('gives nothing for no scope, and everything a key may do for all of them', () => {
    expect(permissionsOfScopes([])).toEqual([]);
    expect(permissionsOfScopes(SCOPES).toSorted()).toEqual(
      IN_A_WORKSPACE.flatMap(([name, , scope]) => (scope === null ? [] : [name])).toSorted(),
    );
  });
});

describe('Every route', () => {
  const guarded = ROUTES.filter(({ access }) => access !== 'public');

  it('that is not public asks for a row of the table, and each row is asked for', () => {
    const asked = new Set(guarded.map(({ access }) => access));
    for (const access of asked) expect(Object.keys(PERMISSIONS)).toContain(access);
    expect(
      Object.keys(PERMISSIONS)
        .filter((name) => !asked.has(name as Permission))
        .toSorted(),
    ).toEqual([]);
  });

  it('behind the short domain is public, where nobody is asked who they are', () => {
    expect(guarded.filter(({ door }) => door !== 'app')).toEqual([]);
  });

  it('whose path names a workspace is about one', () => {
    const named = guarded.filter(({ path }) => path.includes('{workspace_id}'));
    expect(named.length).toBeGreaterThan(10);
    for (const { access } of named) expect(access !== 'public' && isAboutWorkspace(access)).toBe(true);
  });

  it('that changes something asks for more than reading', () => {
    const changing = guarded.filter(({ method }) => method !== 'GET' && method !== 'HEAD');
    const reading = changing.filter(({ access }) => access.endsWith(':read'));
    expect(reading.map(({ method, path }) => `${method} ${path}`)).toEqual(READING_BY_POST);
  });

  it('that is public is one of these', () => {
    const open = ROUTES.filter(({ door, access, aliasOf }) => door === 'app' && access === 'public' && !aliasOf);
    expect(open.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v1/urls/{code}/unlock',
      'POST /v1/auth/register',
      'POST /v1/auth/verify-email',
      'POST /v1/auth/login',
      'POST /v1/auth/refresh',
      'POST /v1/auth/logout',
      'POST /v1/auth/password/forgot',
      'POST /v1/auth/password/reset',
      'POST /v1/auth/email/confirm',
      'GET /.well-known/jwks.json',
      'GET /account/{page}',
      'POST /account/{page}',
      'GET /',
      'GET /health',
      'HEAD /health',
      'GET /health/deep',
      'GET /openapi.json',
      'GET /docs',
      'GET /docs/errors/{word}',
    ]);
  });
});
