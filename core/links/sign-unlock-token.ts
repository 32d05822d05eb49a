import { SignJWT } from 'jose';
import type { UnlockScope } from './unlock-token.ts';
import {
  UNLOCK_TOKEN_HEADER,
  UNLOCK_TOKEN_ISSUER,
  UNLOCK_TOKEN_LIFETIME_S,
  unlockAudience,
  unlockSigningKey,
} from './unlock-token.ts';

/** A token that opens one link for an hour, as a JWT. */
export async function signUnlockToken(scope: UnlockScope, nowMs: number): Promise<string> {
  const nowS = Math.floor(nowMs / 1_000);
  return new SignJWT()
    .setProtectedHeader(UNLOCK_TOKEN_HEADER)
    .setIssuer(UNLOCK_TOKEN_ISSUER)
    .setAudience(unlockAudience(scope))
    .setIssuedAt(nowS)
    .setExpirationTime(nowS + UNLOCK_TOKEN_LIFETIME_S)
    .sign(unlockSigningKey(scope));
}
