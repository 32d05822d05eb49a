import { createHash } from 'node:crypto';
import type { RandomBytes } from '../links/short-code.ts';

const SECRET_BYTES = 32;
const PATTERN = /^sr\.(usr_[0-9a-z]{1,40})\.(ses_[0-9a-z]{1,40})\.[A-Za-z0-9_-]{43}$/;

/** Which session a refresh token is of; it names them so that it is found by key. */
export type RefreshTokenSubject = { readonly userId: string; readonly sessionId: string };

/** `sr.<user id>.<session id>.<256 random bits>`. Only its SHA-256 is stored. */
export const newRefreshToken = ({ userId, sessionId }: RefreshTokenSubject, randomBytes: RandomBytes): string =>
  `sr.${userId}.${sessionId}.${Buffer.from(randomBytes(SECRET_BYTES)).toString('base64url')}`;

/** Null for what cannot be a refresh token: it costs no read. */
export function refreshTokenSubject(text: string): RefreshTokenSubject | null {
  const [, userId, sessionId] = PATTERN.exec(text) ?? [];
  return userId === undefined || sessionId === undefined ? null : { userId, sessionId };
}

/** Hex. */
export const hashRefreshToken = (token: string): string => createHash('sha256').update(token).digest('hex');
