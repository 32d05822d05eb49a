import * as z from 'zod/mini';
import { AUDIT_ACTIONS } from '../../core/accounts/audit.ts';
import { ROLES } from '../../core/accounts/permissions.ts';
import { PLANS } from '../../core/accounts/plan.ts';
import { emailText, nameText } from '../auth/schemas.ts';
import { pageMembers } from '../page-query.ts';

/** Bodies and answers about workspaces: shapes only. Who may, and whether there is room, is core's. */
/** An invite's token names workspace and invite; none is longer. */
const MAX_TOKEN_LENGTH = 320;

const timestamp = z.iso.datetime();
const GIVEN_ROLES = ['admin', 'editor', 'viewer'] as const;

export const workspaceBody = z.strictObject({ name: nameText });
export const memberBody = z.strictObject({ role: z.enum(GIVEN_ROLES) });
export const transferBody = z.strictObject({
  user_id: z.string().check(z.regex(/^usr_[0-9A-Za-z]{1,40}$/, 'Must be the id of a member.')),
});
export const inviteBody = z.strictObject({
  email: emailText,
  role: z.enum(GIVEN_ROLES),
});
export const acceptBody = z.strictObject({ token: z.string().check(z.minLength(1), z.maxLength(MAX_TOKEN_LENGTH)) });

export const auditQuery = z.object({
  ...pageMembers,
  action: z.optional(z.enum(AUDIT_ACTIONS)),
  actor: z.optional(
    z.string().check(z.regex(/^(usr|key)_[0-9A-Za-z]{1,40}$/, 'Must be the id of a user or an API key.')),
  ),
});

export const workspaceAnswer = z.strictObject({
  id: z.string(),
  name: z.string(),
  plan: z.enum(Object.keys(PLANS) as [keyof typeof PLANS, ...(keyof typeof PLANS)[]]),
  /** Null for an API key: it has scopes instead. */
  role: z.nullable(z.enum(ROLES)),
  owner_id: z.string(),
  version: z.int(),
  created_at: timestamp,
});
export type WorkspaceAnswer = z.infer<typeof workspaceAnswer>;

export const memberAnswer = z.strictObject({
  user_id: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.enum(ROLES),
  joined_at: timestamp,
});
export type MemberAnswer = z.infer<typeof memberAnswer>;

export const inviteAnswer = z.strictObject({
  id: z.string(),
  email: z.string(),
  role: z.enum(GIVEN_ROLES),
  created_at: timestamp,
  expires_at: timestamp,
});
export type InviteAnswer = z.infer<typeof inviteAnswer>;

export const auditAnswer = z.strictObject({
  id: z.string(),
  at: timestamp,
  /** `id` of the person or key; an operator's command and an erased person have none. */
  actor: z.strictObject({ kind: z.enum(['user', 'key', 'operator', 'erased']), id: z.nullable(z.string()) }),
  action: z.enum(AUDIT_ACTIONS),
  target: z.nullable(z.string()),
  details: z.record(z.string(), z.string()),
});
export type AuditAnswer = z.infer<typeof auditAnswer>;
