import type { KeyObject } from 'node:crypto';
import { compactVerify, SignJWT } from 'jose';
import type { RandomBytes } from '../links/short-code.ts';
import { ACCESS_TOKEN_LIFETIME_S } from './session.ts';

const ALGORITHM = 'EdDSA';
/** RFC 9068: an access token, so that no other kind of token passes for one. */
const TYPE = 'at+jwt';
const AUDIENCE = 'signpost-api';
/** Two machines' clocks may be this far apart. For the start of a token only: its end is its end. */
export const CLOCK_LEEWAY_S = 60;
/** Ours have about 450 characters. */
const MAX_LENGTH = 1_024;
const TOKEN_ID_BYTES = 16;

/** Whose token it is, and which of their sessions it opens. */
export type AccessTokenSubject = { readonly userId: string; readonly sessionId: string };

export type AccessTokenSigner = (subject: AccessTokenSubject, nowMs: number) => Promise<string>;

/** The key in use and its name in the key set. */
export type SigningKey = { readonly kid: string; readonly key: KeyObject };

/** A JWT that opens the session for 15 minutes. `issuer` names the stage: one stage's tokens are nothing to another. */
export async function signAccessToken(
  { kid, key }: SigningKey,
  issuer: string,
  { userId, sessionId }: AccessTokenSubject,
  nowMs: number,
  randomBytes: RandomBytes,
): Promise<string> {
  const nowS = Math.floor(nowMs / 1_000);
  return new SignJWT({ sid: sessionId })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid })
    .setIssuer(issuer)
    .setAudience(AUDIENCE)
    .setSubject(userId)
    .setJti(Buffer.from(randomBytes(TOKEN_ID_BYTES)).toString('base64url'))
    .setIssuedAt(nowS)
    .setNotBefore(nowS)
    .setExpirationTime(nowS + ACCESS_TOKEN_LIFETIME_S)
    .sign(key);
}

export type AccessTokenVerifier = {
  readonly issuer: string;
  /** The public key of that name; null where it is not in the set or retired. */
  readonly findKey: (kid: string) => Promise<KeyObject | null>;
  readonly nowMs: () => number;
};

/**
 * Whose token it is; null for everything but an unexpired token as `signAccessToken` makes them. There is one kind, so
 * nothing in it is interpreted: the header has these members and no others, and its `kid` only picks from our own set.
 */
export async function verifyAccessToken(
  { issuer, findKey, nowMs }: AccessTokenVerifier,
  token: string,
): Promise<AccessTokenSubject | null> {
  const kid = kidOf(token);
  const key = kid === null ? null : await findKey(kid);
  if (key === null) return null;
  const payload = await signedPayload(token, key);
  return payload === null ? null : subjectOf(payload, issuer, Math.floor(nowMs() / 1_000));
}

/** The `kid` of a token in our form, or null. Three parts, each as an encoder writes it: one token has one spelling. */
function kidOf(token: string): string | null {
  if (token.length > MAX_LENGTH) return null;
  const parts = token.split('.');
  const [header] = parts;
  if (header === undefined || parts.length !== 3 || !parts.every(isCanonical)) return null;
  const { alg, typ, kid, ...others } = jsonObject(Buffer.from(header, 'base64url'));
  const isOurs = alg === ALGORITHM && typ === TYPE && Object.keys(others).length === 0;
  return isOurs && typeof kid === 'string' ? kid : null;
}

const isCanonical = (part: string): boolean => Buffer.from(part, 'base64url').toString('base64url') === part;

async function signedPayload(token: string, key: KeyObject): Promise<Uint8Array | null> {
  try {
    return (await compactVerify(token, key, { algorithms: [ALGORITHM] })).payload;
  } catch {
    return null;
  }
}

function subjectOf(payload: Uint8Array, issuer: string, nowS: number): AccessTokenSubject | null {
  const { iss, aud, sub, sid, iat, nbf, exp } = jsonObject(payload);
  const isForUs = iss === issuer && aud === AUDIENCE;
  const hasBegun = [iat, nbf].every((time) => typeof time === 'number' && time <= nowS + CLOCK_LEEWAY_S);
  const isOver = typeof exp !== 'number' || exp <= nowS;
  if (!isForUs || !hasBegun || isOver || typeof sub !== 'string' || typeof sid !== 'string') return null;
  return { userId: sub, sessionId: sid };
}

/** Empty for bytes that are no JSON object. */
function jsonObject(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
