import { emailSha256 } from '../core/accounts/email.ts';
import type { Preferences, User } from '../core/accounts/user.ts';
import { emailOwnerKey, USER_KIND, userKey } from './table.ts';

type Item = Readonly<Record<string, unknown>>;

export const userItem = (user: User) => ({
  ...userKey(user.id),
  kind: USER_KIND,
  /** RFC 3339, the sort key of the index byKind. */
  created_at: new Date(user.createdAtMs).toISOString(),
  id: user.id,
  email: user.email,
  name: user.name,
  password_hash: user.passwordHash,
  password_changed_at_ms: user.passwordChangedAtMs,
  is_admin: user.isAdmin,
  status: user.status,
  personal_workspace_id: user.personalWorkspaceId,
  preferences: user.preferences,
  version: user.version,
  created_at_ms: user.createdAtMs,
  updated_at_ms: user.updatedAtMs,
});

export const fromUserItem = (item: Item): User => ({
  id: String(item['id']),
  email: String(item['email']),
  name: String(item['name']),
  passwordHash: String(item['password_hash']),
  passwordChangedAtMs: Number(item['password_changed_at_ms']),
  isAdmin: item['is_admin'] === true,
  status: item['status'] as User['status'],
  personalWorkspaceId: String(item['personal_workspace_id']),
  preferences: item['preferences'] as Preferences,
  version: Number(item['version']),
  createdAtMs: Number(item['created_at_ms']),
  updatedAtMs: Number(item['updated_at_ms']),
});

/** Whose address it is. */
export const emailOwnerItem = (email: string, userId: string) => ({
  ...emailOwnerKey(emailSha256(email)),
  user_id: userId,
});
