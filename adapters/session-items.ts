import type { Session } from '../core/accounts/session.ts';
import type { RefreshToken } from '../core/accounts/session-store.ts';
import { refreshTokenKey, sessionKey } from './table.ts';

export const sessionItem = (session: Session) => ({
  ...sessionKey(session.userId, session.id),
  id: session.id,
  user_id: session.userId,
  created_at_ms: session.createdAtMs,
  last_used_at_ms: session.lastUsedAtMs,
  expires_at_ms: session.expiresAtMs,
  user_agent: session.userAgent,
  device: session.device,
  country: session.country,
  ttl_s: Math.ceil(session.expiresAtMs / 1_000),
});

export const fromSessionItem = (item: Readonly<Record<string, unknown>>): Session => ({
  id: String(item['id']),
  userId: String(item['user_id']),
  createdAtMs: Number(item['created_at_ms']),
  lastUsedAtMs: Number(item['last_used_at_ms']),
  expiresAtMs: Number(item['expires_at_ms']),
  userAgent: String(item['user_agent']),
  device: String(item['device']),
  country: String(item['country']),
});

/** A refresh token that was not used yet. The used ones stay until their end, to be known when they come again. */
export const refreshTokenItem = ({ id, userId }: Session, { sha256, expiresAtMs }: RefreshToken) => ({
  ...refreshTokenKey(userId, sha256),
  session_id: id,
  expires_at_ms: expiresAtMs,
  ttl_s: Math.ceil(expiresAtMs / 1_000),
});
