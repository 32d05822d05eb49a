import type { Permission } from '../../core/accounts/permissions.ts';
import { isAboutWorkspace, permissionsOfRole, ROLES, scopeFor } from '../../core/accounts/permissions.ts';
import type { Route } from '../routes.ts';

/** Who may call a route, in words, from the table of permissions; names in backticks. */
export function whoMay(access: Route['access']): string {
  if (access === 'public') return 'Anybody.';
  if (access === 'self') return 'Whoever is signed in; no API key.';
  if (!isAboutWorkspace(access)) return 'Administrators of this Signpost; no API key.';
  const scope = scopeFor(access);
  return `${membersWith(access)}; ${scope === null ? 'no API key' : `API keys with \`${scope}\``}.`;
}

const anyOf = new Intl.ListFormat('en', { type: 'disjunction' });

function membersWith(permission: Permission): string {
  const roles = ROLES.filter((role) => permissionsOfRole(role).includes(permission));
  if (roles.length === 1) return `The ${roles[0]}`;
  return roles.length === ROLES.length ? 'Every member' : `Members who are ${anyOf.format(roles)}`;
}
