import { Failure } from '../errors.ts';
import type { AccessTokenSubject, AccessTokenVerifier } from './access-token.ts';
import { verifyAccessToken } from './access-token.ts';
import type { SessionDeps } from './open-session.ts';
import { refreshSession } from './refresh-session.ts';

export type SignOutDeps = SessionDeps & { readonly accessTokens: AccessTokenVerifier };

/** What somebody who leaves has in hand; null for each they have not. */
export type ShownTokens = { readonly accessToken: string | null; readonly refreshToken: string | null };

/** Ends the session whose token is shown. Whoever shows none that is good has none to end. */
export async function signOut(deps: SignOutDeps, shown: ShownTokens): Promise<void> {
  const subject = (await byAccessToken(deps, shown.accessToken)) ?? (await byRefreshToken(deps, shown.refreshToken));
  if (subject !== null) await deps.sessions.end(subject.userId, subject.sessionId);
}

const byAccessToken = async (deps: SignOutDeps, token: string | null): Promise<AccessTokenSubject | null> =>
  token === null ? null : verifyAccessToken(deps.accessTokens, token);

/** A refresh token is proven by using it up: the next one dies with the session. */
async function byRefreshToken(deps: SignOutDeps, token: string | null): Promise<AccessTokenSubject | null> {
  if (token === null) return null;
  try {
    const { userId, session } = await refreshSession(deps, token);
    return { userId, sessionId: session.id };
  } catch (error) {
    if (error instanceof Failure && error.word === 'UNAUTHENTICATED') return null;
    throw error;
  }
}
