import type { CallerWorkspace, Identity, Principal } from '../core/accounts/caller.ts';
import type { Permission, Role } from '../core/accounts/permissions.ts';
import type { PlanName } from '../core/accounts/plan.ts';

/** An authorizer's context: flat texts, because API Gateway takes nothing else. Absent members are empty texts. */
export type IdentityContext = Readonly<
  Record<'credential' | 'userId' | 'sessionId' | 'keyId' | 'workspaceId' | 'plan' | 'role' | 'permissions', string>
>;

export const contextOfIdentity = ({ principal, credential, workspace, permissions }: Identity): IdentityContext => ({
  credential,
  userId: principal.kind === 'user' ? principal.userId : '',
  sessionId: principal.kind === 'user' ? principal.sessionId : '',
  keyId: principal.kind === 'key' ? principal.keyId : '',
  workspaceId: workspace?.id ?? '',
  plan: workspace?.plan ?? '',
  role: workspace?.role ?? '',
  permissions: permissions.join(' '),
});

/** The identity that `contextOfIdentity` wrote down; null where no authorizer was asked. */
export function identityOfContext(context: Readonly<Record<string, unknown>> | null | undefined): Identity | null {
  const member = (name: keyof IdentityContext): string => {
    const value = context?.[name];
    return typeof value === 'string' ? value : '';
  };
  const principal = principalOf(member('userId'), member('sessionId'), member('keyId'));
  if (principal === null) return null;
  return {
    principal,
    credential: member('credential') === 'cookie' ? 'cookie' : 'bearer',
    workspace: workspaceOf(member('workspaceId'), member('plan'), member('role')),
    permissions: member('permissions').split(' ').filter(Boolean) as readonly Permission[],
  };
}

function principalOf(userId: string, sessionId: string, keyId: string): Principal | null {
  if (userId !== '') return { kind: 'user', userId, sessionId };
  return keyId === '' ? null : { kind: 'key', keyId };
}

const workspaceOf = (id: string, plan: string, role: string): CallerWorkspace | null =>
  id === '' ? null : { id, plan: plan as PlanName, role: role === '' ? null : (role as Role) };
