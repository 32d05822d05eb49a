import { Failure } from '../errors.ts';
import type { OpenedSession, SessionDeps } from './open-session.ts';
import { tokensOf } from './open-session.ts';
import { hashRefreshToken, refreshTokenSubject } from './refresh-token.ts';
import { isAlive } from './session.ts';

/**
 * New tokens for a refresh token, which is used up by it. One that comes a second time was copied: whoever has which
 * copy, the session ends, for both. Throws UNAUTHENTICATED.
 */
export async function refreshSession(
  deps: SessionDeps,
  refreshToken: string,
): Promise<OpenedSession & { readonly userId: string }> {
  const subject = refreshTokenSubject(refreshToken);
  if (subject === null) throw new Failure('UNAUTHENTICATED');
  const { userId, sessionId } = subject;
  const nowMs = deps.nowMs();
  const found = await deps.sessions.find(userId, sessionId);
  if (found === null || !isAlive(found, nowMs)) throw new Failure('UNAUTHENTICATED');
  const { opened, refresh } = await tokensOf(deps, { ...found, lastUsedAtMs: nowMs });
  const outcome = await deps.sessions.rotate(opened.session, hashRefreshToken(refreshToken), refresh);
  if (outcome === 'rotated') return { ...opened, userId };
  if (outcome === 'reused') await deps.sessions.end(userId, sessionId);
  throw new Failure('UNAUTHENTICATED');
}
