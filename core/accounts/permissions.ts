/**
 * ★ Fact file: who may do what. Every route names one permission (`lambdas/routes.ts`); this table says which role of a
 * workspace, which scope of an API key or which person has it. The authorizer works out a caller's permissions from it,
 * the wrapper of every handler asks for the route's.
 */
export const SCOPES = ['urls:read', 'urls:write', 'qr:read', 'qr:write', 'analytics:read', 'account:admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** From most to least; a workspace has exactly one owner. */
export const ROLES = ['owner', 'admin', 'editor', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

type Rule =
  /** Within one workspace: for members of these roles, and for keys with the scope; null is no key at all. */
  | { readonly roles: readonly Role[]; readonly scope: Scope | null }
  /** Outside of any workspace: for a person who is signed in, never for a key. */
  | { readonly person: 'anyone' | 'administrator' };

const EVERY_ROLE = ROLES;
const WRITERS = ['owner', 'admin', 'editor'] as const;
const MANAGERS = ['owner', 'admin'] as const;

export const PERMISSIONS = {
  'urls:read': { roles: EVERY_ROLE, scope: 'urls:read' },
  'urls:write': { roles: WRITERS, scope: 'urls:write' },
  'qr:read': { roles: EVERY_ROLE, scope: 'qr:read' },
  'qr:write': { roles: WRITERS, scope: 'qr:write' },
  'analytics:read': { roles: EVERY_ROLE, scope: 'analytics:read' },
  /** Telling what happened behind the links; whoever may make them may. */
  'events:write': { roles: WRITERS, scope: 'urls:write' },
  'usage:read': { roles: EVERY_ROLE, scope: 'analytics:read' },
  'workspace:read': { roles: EVERY_ROLE, scope: 'account:admin' },
  'workspace:write': { roles: MANAGERS, scope: 'account:admin' },
  /** Leaving; the owner hands the workspace over first. */
  'workspace:leave': { roles: ['admin', 'editor', 'viewer'], scope: null },
  /** Deleting it or giving it away. */
  'workspace:own': { roles: ['owner'], scope: null },
  'members:read': { roles: EVERY_ROLE, scope: 'account:admin' },
  'members:write': { roles: MANAGERS, scope: 'account:admin' },
  'keys:read': { roles: MANAGERS, scope: 'account:admin' },
  'keys:write': { roles: MANAGERS, scope: 'account:admin' },
  'audit:read': { roles: MANAGERS, scope: 'account:admin' },
  /** One's own profile, sessions and workspaces. */
  self: { person: 'anyone' },
  /** Everybody's accounts. */
  'users:admin': { person: 'administrator' },
} as const satisfies Record<string, Rule>;

export type Permission = keyof typeof PERMISSIONS;

const entries = Object.entries(PERMISSIONS) as readonly [Permission, Rule][];

/** What a member of a workspace may do in it. */
export const permissionsOfRole = (role: Role): readonly Permission[] =>
  entries.flatMap(([name, rule]) => ('roles' in rule && rule.roles.includes(role) ? [name] : []));

/** What a key may do in its workspace. */
export const permissionsOfScopes = (scopes: readonly Scope[]): readonly Permission[] =>
  entries.flatMap(([name, rule]) =>
    'roles' in rule && rule.scope !== null && scopes.includes(rule.scope) ? [name] : [],
  );

/** What a person may do outside of any workspace. */
export const permissionsOfPerson = (isAdmin: boolean): readonly Permission[] =>
  entries.flatMap(([name, rule]) => ('person' in rule && (rule.person === 'anyone' || isAdmin) ? [name] : []));

/** Whether the permission is about one workspace, so that a caller without it there is told that it does not exist. */
export const isAboutWorkspace = (permission: Permission): boolean => 'roles' in PERMISSIONS[permission];

/** The scope a key lacks when it is refused; null where no key is let in. */
export function scopeFor(permission: Permission): Scope | null {
  const rule: Rule = PERMISSIONS[permission];
  return 'roles' in rule ? rule.scope : null;
}
