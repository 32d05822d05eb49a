import type { AccessDecision, Authorize } from './engine.ts';

/** A statement of a role's policies, its members always lists. */
export type Statement = {
  readonly effect: 'Allow' | 'Deny';
  /** With `*` and `?`; upper and lower case are one. */
  readonly actions: readonly string[];
  /** ARNs with `*` and `?`. */
  readonly resources: readonly string[];
  readonly condition?: unknown;
};

export type StackRole = {
  readonly name: string;
  /** What the role's functions sign with: engines find the role by it. */
  readonly accessKeyId: string;
  readonly statements: readonly Statement[];
};

/** `action resourceArn`; in grants both may hold wildcards. */
export type Permission = string;

export type RoleAuthorizer = {
  readonly authorize: Authorize;
  /** Role name → what it was allowed and did. */
  used(): ReadonlyMap<string, ReadonlySet<Permission>>;
  /** Role name → what its Allow statements say, each action with each resource. */
  granted(): ReadonlyMap<string, ReadonlySet<Permission>>;
  /** Role name → grants that nothing used; empty lists are left out. */
  unused(): ReadonlyMap<string, readonly Permission[]>;
  /** The sentence of every refusal so far, each once: what a role did and was not allowed. */
  denials(): ReadonlySet<string>;
};

/** Seeding and the laptop itself: allowed everything, never recorded as a role's use. */
export const ADMIN_ACCESS_KEY_ID = 'LAPTOP-ADMIN';

const ALLOWED: AccessDecision = { allowed: true };

type Matcher = {
  readonly effect: 'Allow' | 'Deny';
  matchesAction(action: string): boolean;
  matchesResource(arn: string): boolean;
};
type Role = StackRole & { readonly matchers: readonly Matcher[]; readonly used: Set<Permission> };

/**
 * IAM's evaluation as far as identity policies go: an explicit Deny wins, then an Allow is needed, for each resource of
 * a call. Throws for a statement with a condition: it cannot be judged here, and leaving it out would allow too much.
 */
export function roleAuthorizer(roles: readonly StackRole[]): RoleAuthorizer {
  const byKeyId = new Map(
    roles.map((role): [string, Role] => {
      return [
        role.accessKeyId,
        { ...role, matchers: role.statements.map((one) => matcherOf(role, one)), used: new Set() },
      ];
    }),
  );

  const denials = new Set<string>();
  const denied = (message: string): AccessDecision => {
    denials.add(message);
    return { allowed: false, message };
  };

  const authorize: Authorize = ({ accessKeyId, action, resourceArns }) => {
    if (accessKeyId === ADMIN_ACCESS_KEY_ID) return ALLOWED;
    const role = byKeyId.get(accessKeyId);
    if (role === undefined) return denied(`The access key ${accessKeyId || '(none)'} is not a role of this stack.`);
    for (const arn of resourceArns) {
      const permission = `${action} ${arn}`;
      // What was allowed once stays allowed: statements never change.
      if (role.used.has(permission)) continue;
      const effect = effectOf(role, action, arn);
      if (effect !== 'Allow') return denied(denial(role, action, arn, effect));
      role.used.add(permission);
    }
    return ALLOWED;
  };

  const mapRoles = <Value>(valueOf: (role: Role) => Value): Map<string, Value> =>
    new Map(Array.from(byKeyId.values(), (role) => [role.name, valueOf(role)]));
  return {
    authorize,
    used: () => mapRoles((role) => role.used),
    granted: () => mapRoles((role) => new Set(grantsOf(role))),
    unused: () => new Map([...mapRoles(unusedGrants)].filter(([, grants]) => grants.length > 0)),
    denials: () => denials,
  };
}

function matcherOf(role: StackRole, statement: Statement): Matcher {
  if (statement.condition !== undefined) {
    throw new Error(
      `Role ${role.name} has a statement with a condition (${statement.actions.join(', ')}); the laptop's IAM does not judge conditions.`,
    );
  }
  const actions = statement.actions.map((pattern) => wildcard(pattern, 'i'));
  const resources = statement.resources.map((pattern) => wildcard(pattern, ''));
  return {
    effect: statement.effect,
    matchesAction: (action) => actions.some((pattern) => pattern.test(action)),
    matchesResource: (arn) => resources.some((pattern) => pattern.test(arn)),
  };
}

function effectOf(role: Role, action: string, arn: string): 'Allow' | 'Deny' | 'none' {
  const effects = role.matchers
    .filter((matcher) => matcher.matchesAction(action) && matcher.matchesResource(arn))
    .map(({ effect }) => effect);
  if (effects.includes('Deny')) return 'Deny';
  return effects.includes('Allow') ? 'Allow' : 'none';
}

const grantsOf = (role: StackRole): Permission[] =>
  role.statements
    .filter(({ effect }) => effect === 'Allow')
    .flatMap(({ actions, resources }) => actions.flatMap((action) => resources.map((arn) => `${action} ${arn}`)));

function unusedGrants(role: Role): readonly Permission[] {
  const used = Array.from(role.used, splitPermission);
  return grantsOf(role).filter((grant) => {
    const [action, resource] = splitPermission(grant);
    const [isAction, isResource] = [wildcard(action, 'i'), wildcard(resource, '')];
    return !used.some(([usedAction, usedArn]) => isAction.test(usedAction) && isResource.test(usedArn));
  });
}

function splitPermission(permission: Permission): [action: string, resource: string] {
  const space = permission.indexOf(' ');
  return [permission.slice(0, space), permission.slice(space + 1)];
}

function wildcard(pattern: string, flags: '' | 'i'): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\/]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, `s${flags}`);
}

/** AWS's own words, so that what one learns here helps there. */
const denial = (role: Role, action: string, arn: string, effect: 'Deny' | 'none'): string =>
  `User: arn:aws:sts::000000000000:assumed-role/${role.name}/laptop is not authorized to perform: ${action} on resource: ${arn} ` +
  (effect === 'Deny'
    ? 'with an explicit deny in an identity-based policy'
    : `because no identity-based policy allows the ${action} action`);
