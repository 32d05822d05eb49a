import type { Principal } from './caller.ts';

/** What is written down, per workspace. A name never changes: customers search for it. */
export const AUDIT_ACTIONS = [
  'workspace.created',
  'workspace.changed',
  'workspace.transferred',
  'workspace.deleted',
  'member.invited',
  'member.invite_revoked',
  'member.joined',
  'member.role_changed',
  'member.removed',
  'member.left',
  'api_key.created',
  'api_key.revoked',
  'link.changed',
  'link.deleted',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** Who did it: a person, a key, an administrator's command, or somebody whose account was erased since. */
export type Actor =
  | { readonly kind: 'user'; readonly id: string }
  | { readonly kind: 'key'; readonly id: string }
  | { readonly kind: 'operator' }
  | { readonly kind: 'erased' };

export type AuditEntry = {
  /** `evt_…`, sorts in the order of time. */
  readonly id: string;
  readonly workspaceId: string;
  readonly atMs: number;
  readonly actor: Actor;
  readonly action: AuditAction;
  /** Id of what it was done to (user, key, invite, short code); never an e-mail address. */
  readonly target: string | null;
  /** What changed, as short texts: `{ role: 'editor' }`. Never a secret, never an e-mail address. */
  readonly details: Readonly<Record<string, string>>;
};

export const actorOf = (principal: Principal): Actor =>
  principal.kind === 'user' ? { kind: 'user', id: principal.userId } : { kind: 'key', id: principal.keyId };
