import type { Purpose, UserToken } from '../core/accounts/user-token.ts';
import { userTokenKey } from './table.ts';

export const userTokenItem = (token: UserToken) => ({
  ...userTokenKey(token.userId, token.sha256),
  user_id: token.userId,
  sha256: token.sha256,
  purpose: token.purpose,
  password_changed_at_ms: token.passwordChangedAtMs,
  email_sha256: token.emailSha256,
  expires_at_ms: token.expiresAtMs,
  ttl_s: Math.ceil(token.expiresAtMs / 1_000),
});

export const fromUserTokenItem = (item: Readonly<Record<string, unknown>>): UserToken => ({
  userId: String(item['user_id']),
  sha256: String(item['sha256']),
  purpose: item['purpose'] as Purpose,
  passwordChangedAtMs: Number(item['password_changed_at_ms']),
  emailSha256: String(item['email_sha256']),
  expiresAtMs: Number(item['expires_at_ms']),
});
