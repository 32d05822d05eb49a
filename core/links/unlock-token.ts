import { createHmac, timingSafeEqual } from 'node:crypto';

/** Contract: an unlock token is valid for one hour. */
export const UNLOCK_TOKEN_LIFETIME_S = 3_600;
export const UNLOCK_TOKEN_HEADER = { alg: 'HS256', typ: 'unlock+jwt' } as const;
export const UNLOCK_TOKEN_ISSUER = 'signpost';

/** Which link a token opens, and the link's own key that signs it: no secret is shared between links or functions. */
export type UnlockScope = { readonly domain: string; readonly code: string; readonly unlockKey: string };

export const unlockAudience = ({ domain, code }: UnlockScope): string => `${domain}/${code}`;
export const unlockSigningKey = ({ unlockKey }: UnlockScope): Uint8Array => Buffer.from(unlockKey, 'base64url');

/** Two machines' clocks may be this far apart. */
const CLOCK_LEEWAY_S = 60;

const ENCODED_HEADER = Buffer.from(JSON.stringify(UNLOCK_TOKEN_HEADER)).toString('base64url');

/**
 * True only for an unexpired token of this link and its present password. There is one kind of token, so its header is
 * compared, not interpreted: no algorithm to choose, no key to name, nothing to confuse. Kept free of the JOSE library,
 * which signs these tokens, because this runs in the redirect, whose bundle is its cold start.
 */
export function opens(scope: UnlockScope, token: string, nowMs: number): boolean {
  const [header, payload, signature, ...more] = token.split('.');
  if (header !== ENCODED_HEADER || payload === undefined || signature === undefined || more.length > 0) return false;
  const expected = createHmac('sha256', unlockSigningKey(scope)).update(`${header}.${payload}`).digest('base64url');
  if (!isSame(expected, signature)) return false;
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Readonly<Record<string, unknown>>;
  const nowS = Math.floor(nowMs / 1_000);
  return (
    claims['iss'] === UNLOCK_TOKEN_ISSUER &&
    claims['aud'] === unlockAudience(scope) &&
    typeof claims['iat'] === 'number' &&
    claims['iat'] <= nowS + CLOCK_LEEWAY_S &&
    typeof claims['exp'] === 'number' &&
    claims['exp'] > nowS
  );
}

/** In constant time. Lengths are of bytes: a stranger's signature may hold any character. */
function isSame(expected: string, actual: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(actual)];
  return a.length === b.length && timingSafeEqual(a, b);
}
