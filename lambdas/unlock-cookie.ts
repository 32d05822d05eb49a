import { UNLOCK_TOKEN_LIFETIME_S } from '../core/links/unlock-token.ts';

const COOKIE_NAME = 'signpost_unlock';
/** How visitors without cookies present the token. */
export const UNLOCK_QUERY_PARAMETER = 'unlock_token';

/** Only this link's path gets the cookie, no script does. `__Host-` would need `Path=/`, which every link would get. */
export const unlockCookie = (code: string, token: string, origin: string): string =>
  `${COOKIE_NAME}=${token}; Path=/${code}; Max-Age=${UNLOCK_TOKEN_LIFETIME_S}; HttpOnly; SameSite=Lax${origin.startsWith('https:') ? '; Secure' : ''}`;

export function unlockTokenIn(cookies: readonly string[] | undefined): string | null {
  const cookie = cookies?.find((candidate) => candidate.startsWith(`${COOKIE_NAME}=`));
  return cookie === undefined ? null : cookie.slice(COOKIE_NAME.length + 1);
}
