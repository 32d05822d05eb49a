import { Failure } from '../errors.ts';
import type { RandomBytes } from '../links/short-code.ts';
import { newSortableId } from '../sortable-id.ts';
import type { AccessTokenSigner } from './access-token.ts';
import { hashRefreshToken, newRefreshToken } from './refresh-token.ts';
import type { Session } from './session.ts';
import { REFRESH_TOKEN_LIFETIME_S, SESSION_LIFETIME_S } from './session.ts';
import type { RefreshToken, SessionStore } from './session-store.ts';
import type { User } from './user.ts';

export type SessionDeps = {
  readonly sessions: SessionStore;
  readonly signAccessToken: AccessTokenSigner;
  readonly randomBytes: RandomBytes;
  readonly nowMs: () => number;
};

export type OpenedSession = {
  readonly session: Session;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly refreshExpiresAtMs: number;
};

/** What a person signs in with; shown in the list of their sessions. */
export type SessionDevice = { readonly userAgent: string; readonly device: string; readonly country: string };

const MAX_USER_AGENT_LENGTH = 256;

/**
 * Signs a person in whose password was found right. Throws INVALID_CREDENTIALS where the account was closed or got
 * another password meanwhile, SERVICE_UNAVAILABLE while there is no key to sign with.
 */
export async function openSession(
  deps: SessionDeps,
  user: Pick<User, 'id' | 'passwordChangedAtMs'>,
  { userAgent, device, country }: SessionDevice,
): Promise<OpenedSession> {
  const nowMs = deps.nowMs();
  const session: Session = {
    id: newSortableId('ses', nowMs, deps.randomBytes),
    userId: user.id,
    createdAtMs: nowMs,
    lastUsedAtMs: nowMs,
    expiresAtMs: nowMs + SESSION_LIFETIME_S * 1_000,
    userAgent: userAgent.slice(0, MAX_USER_AGENT_LENGTH).toWellFormed(),
    device,
    country,
  };
  const { opened, refresh } = await tokensOf(deps, session);
  if ((await deps.sessions.put(session, refresh, user.passwordChangedAtMs)) === 'refused')
    throw new Failure('INVALID_CREDENTIALS');
  return opened;
}

/** The tokens a session gets at `lastUsedAtMs`; the refresh token's hash is yet to be stored. */
export async function tokensOf(
  { signAccessToken, randomBytes }: SessionDeps,
  session: Session,
): Promise<{ readonly opened: OpenedSession; readonly refresh: RefreshToken }> {
  const subject = { userId: session.userId, sessionId: session.id };
  const refreshToken = newRefreshToken(subject, randomBytes);
  const refreshExpiresAtMs = Math.min(session.lastUsedAtMs + REFRESH_TOKEN_LIFETIME_S * 1_000, session.expiresAtMs);
  const accessToken = await signAccessToken(subject, session.lastUsedAtMs);
  return {
    opened: { session, accessToken, refreshToken, refreshExpiresAtMs },
    refresh: { sha256: hashRefreshToken(refreshToken), expiresAtMs: refreshExpiresAtMs },
  };
}
