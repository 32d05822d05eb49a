import type { OpenedSession, SessionDevice } from '../../core/accounts/open-session.ts';
import { refreshSession } from '../../core/accounts/refresh-session.ts';
import { ACCESS_TOKEN_LIFETIME_S } from '../../core/accounts/session.ts';
import { signIn } from '../../core/accounts/sign-in.ts';
import type { ShownTokens } from '../../core/accounts/sign-out.ts';
import { signOut } from '../../core/accounts/sign-out.ts';
import type { User } from '../../core/accounts/user.ts';
import { Failure } from '../../core/errors.ts';
import { jsonAnswer, requireCsrfHeader } from '../http.ts';
import { jsonBody, parseMembers } from '../json-body.ts';
import type { HttpAnswer, HttpRequest } from '../request.ts';
import {
  ACCESS_COOKIE,
  clearedCookies,
  cookiesOf,
  deviceCookie,
  REFRESH_COOKIE,
  sessionCookies,
} from '../session-cookies.ts';
import { viewerOf } from '../viewer.ts';
import type { AuthRoute } from './context.ts';
import { emailIn, MAX_AUTH_BODY_BYTES, signInOriginOf } from './context.ts';
import { loginBody, toUserAnswer } from './schemas.ts';

export const login: AuthRoute = async (deps, request) => {
  const body = parseMembers(loginBody, jsonBody(request, MAX_AUTH_BODY_BYTES));
  const { user, opened, deviceToken } = await signIn(deps, {
    ...signInOriginOf(deps, request),
    email: emailIn(body),
    password: body.password,
    device: deviceOf(request, deps.originSecret),
  });
  return signedIn(user, opened, [...sessionCookies(opened), deviceCookie(deviceToken)]);
};

/** The refresh cookie is all it takes, so another site must not be able to send it: it cannot send the header. */
export const refresh: AuthRoute = async (deps, request) => {
  const refreshToken = cookiesOf(request.headers)[REFRESH_COOKIE];
  if (refreshToken === undefined) throw new Failure('UNAUTHENTICATED');
  requireCsrfHeader(request.headers);
  const opened = await refreshSession(deps, refreshToken);
  const user = await deps.users.find(opened.userId);
  if (user?.status !== 'active') throw new Failure('UNAUTHENTICATED');
  return signedIn(user, opened, sessionCookies(opened));
};

/**
 * By Bearer or by cookies. Whoever shows nothing is signed out already and gets no cookies taken away: another site's form
 * arrives without our cookies, but what is set for it the browser keeps.
 */
export const logout: AuthRoute = async (deps, request) => {
  const shown = shownTokens(request);
  if (shown === null) return { status: 204 };
  await signOut(deps, shown);
  return { status: 204, cookies: clearedCookies() };
};

/** Null where there are none. Cookies need the CSRF header. */
function shownTokens({ headers }: HttpRequest): ShownTokens | null {
  const bearer = /^bearer +(\S+)$/i.exec(headers['authorization'] ?? '')?.[1];
  if (bearer !== undefined) return { accessToken: bearer, refreshToken: null };
  const { [ACCESS_COOKIE]: accessToken = null, [REFRESH_COOKIE]: refreshToken = null } = cookiesOf(headers);
  if (accessToken === null && refreshToken === null) return null;
  requireCsrfHeader(headers);
  return { accessToken, refreshToken };
}

const signedIn = (user: User, opened: OpenedSession, cookies: readonly string[]): HttpAnswer => ({
  ...jsonAnswer(200, {
    access_token: opened.accessToken,
    token_type: 'Bearer',
    expires_in: ACCESS_TOKEN_LIFETIME_S,
    user: toUserAnswer(user),
  }),
  cookies,
});

function deviceOf({ headers }: HttpRequest, originSecret: string): SessionDevice {
  const { device, country } = viewerOf(headers, originSecret);
  return { userAgent: headers['user-agent'] ?? '', device, country };
}
