import type { Permission, Role } from './permissions.ts';
import type { PlanName } from './plan.ts';

/** Who acts: a person in one of their sessions, or an API key. */
export type Principal =
  | { readonly kind: 'user'; readonly userId: string; readonly sessionId: string }
  | { readonly kind: 'key'; readonly keyId: string };

/** The workspace a call is about, and the caller's role in it; keys have scopes instead of a role. */
export type CallerWorkspace = { readonly id: string; readonly plan: PlanName; readonly role: Role | null };

/** Who calls, by what they showed: what the authorizer tells the handlers. */
export type Identity = {
  readonly principal: Principal;
  /** A browser sends cookies by itself, so unsafe methods need the CSRF header with them. */
  readonly credential: 'bearer' | 'cookie';
  /** Null where a person named a workspace they are not a member of: it does not exist for them. */
  readonly workspace: CallerWorkspace | null;
  readonly permissions: readonly Permission[];
};

/** A caller within a workspace. */
export type Caller = {
  readonly principal: Principal;
  readonly workspaceId: string;
  readonly plan: PlanName;
  readonly role: Role | null;
  readonly permissions: readonly Permission[];
};
