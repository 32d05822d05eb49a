import type { OpenedSession } from '../core/accounts/open-session.ts';
import { ACCESS_TOKEN_LIFETIME_S } from '../core/accounts/session.ts';

/** `__Host-`: the browser takes them only with `Secure`, `Path=/` and no `Domain`, so no neighbour host can set them. */
export const ACCESS_COOKIE = '__Host-signpost_access';
export const REFRESH_COOKIE = '__Host-signpost_refresh';
/** Tells a browser its person has signed in with before; opens nothing. */
export const DEVICE_COOKIE = '__Host-signpost_device';
export const DEVICE_LIFETIME_S = 365 * 86_400;

const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Lax';

/** The two cookies of a browser that is signed in. */
export const sessionCookies = ({ accessToken, refreshToken, refreshExpiresAtMs }: OpenedSession): string[] => [
  `${ACCESS_COOKIE}=${accessToken}; Max-Age=${ACCESS_TOKEN_LIFETIME_S}; ${ATTRIBUTES}`,
  `${REFRESH_COOKIE}=${refreshToken}; Expires=${new Date(refreshExpiresAtMs).toUTCString()}; ${ATTRIBUTES}`,
];

/** The same two, taken away. The device stays known. */
export const clearedCookies = (): string[] =>
  [ACCESS_COOKIE, REFRESH_COOKIE].map((name) => `${name}=; Max-Age=0; ${ATTRIBUTES}`);

export const clearedDeviceCookie = (): string => `${DEVICE_COOKIE}=; Max-Age=0; ${ATTRIBUTES}`;

export const deviceCookie = (token: string): string =>
  `${DEVICE_COOKIE}=${token}; Max-Age=${DEVICE_LIFETIME_S}; ${ATTRIBUTES}`;

/** The request's cookies by name; of two with one name the first counts, as browsers send the more exact one first. */
export function cookiesOf(headers: Readonly<Record<string, string>>): Record<string, string> {
  const pairs = (headers['cookie'] ?? '').split(';').flatMap((pair) => {
    const equals = pair.indexOf('=');
    return equals < 0 ? [] : [[pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()] as const];
  });
  return Object.fromEntries(pairs.toReversed());
}
