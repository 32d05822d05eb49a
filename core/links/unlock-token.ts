import { errors, jwtVerify, SignJWT } from 'jose';

/** Contract: an unlock token is valid for one hour. */
export const UNLOCK_TOKEN_LIFETIME_S = 3_600;
const ALGORITHM = 'HS256';
const TOKEN_TYPE = 'unlock+jwt';
const ISSUER = 'signpost';

/** Which link a token opens, and the link's own key that signs it: no secret is shared between links or functions. */
export type UnlockScope = { readonly domain: string; readonly code: string; readonly unlockKey: string };

const audience = ({ domain, code }: UnlockScope): string => `${domain}/${code}`;
const keyOf = ({ unlockKey }: UnlockScope): Uint8Array => Buffer.from(unlockKey, 'base64url');

export async function signUnlockToken(scope: UnlockScope, nowMs: number): Promise<string> {
  const nowS = Math.floor(nowMs / 1_000);
  return new SignJWT()
    .setProtectedHeader({ alg: ALGORITHM, typ: TOKEN_TYPE })
    .setIssuer(ISSUER)
    .setAudience(audience(scope))
    .setIssuedAt(nowS)
    .setExpirationTime(nowS + UNLOCK_TOKEN_LIFETIME_S)
    .sign(keyOf(scope));
}

/** True only for an unexpired token of this link and its present password; any malformed token is simply no token. */
export async function opens(scope: UnlockScope, token: string, nowMs: number): Promise<boolean> {
  try {
    await jwtVerify(token, keyOf(scope), {
      algorithms: [ALGORITHM],
      typ: TOKEN_TYPE,
      issuer: ISSUER,
      audience: audience(scope),
      currentDate: new Date(nowMs),
      requiredClaims: ['exp', 'iat'],
    });
    return true;
  } catch (error) {
    if (error instanceof errors.JOSEError) return false;
    throw error;
  }
}
