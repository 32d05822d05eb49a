import { CLOCK_LEEWAY_S } from './access-token.ts';
import { ACCESS_TOKEN_LIFETIME_S } from './session.ts';
import type { KeySet, PrivateKey } from './signing-keys.ts';

/** How long signers believe the key set and the published keys they have read. */
export const SIGNER_MEMORY_MS = 60_000;
/** How long verifiers believe the published keys they have read, unless they meet a key they do not know. */
export const VERIFIER_MEMORY_MS = 60_000;

/** RFC 8037: an Ed25519 public key. */
export type PublicKey = {
  readonly kid: string;
  readonly publicJwk: { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string };
};

/** A public key, from when on tokens are signed with its private half, and until when they are accepted. */
export type PublishedKey = PublicKey & { readonly signsFromMs: number; readonly verifiesUntilMs: number | null };

const TOKEN_LIFETIME_MS = (ACCESS_TOKEN_LIFETIME_S + CLOCK_LEEWAY_S) * 1_000;

/**
 * The published keys with the newest of a set that is about to be used. It signs `leadMs` after it was published, so that
 * every verifier has read it by then; at once where nothing else can sign. A repeat changes nothing.
 */
export function publishNewest(
  published: readonly PublishedKey[],
  { keys }: KeySet,
  nowMs: number,
  leadMs: number,
): readonly PublishedKey[] {
  const kept = published.filter((key) => isGood(key, nowMs));
  const newest = keys.at(-1);
  if (newest === undefined || published.some(({ kid }) => kid === newest.kid)) return kept;
  const signsFromMs = kept.some((key) => maySign(key, nowMs)) ? nowMs + leadMs : nowMs;
  return [...kept, { ...publicHalf(newest), signsFromMs, verifiesUntilMs: null }];
}

/**
 * The published keys once signers read a set whose newest key is to sign: each other one ends when the last token that
 * may be signed with it has ended. A signer changes keys when it has read the new set and the new key's time has come.
 */
export function retireFormerKeys(
  published: readonly PublishedKey[],
  { keys }: KeySet,
  nowMs: number,
): readonly PublishedKey[] {
  const newest = published.find(({ kid }) => kid === keys.at(-1)?.kid);
  if (newest === undefined) return published;
  const lastSignedAtMs = Math.max(newest.signsFromMs, nowMs + SIGNER_MEMORY_MS) + CLOCK_LEEWAY_S * 1_000;
  return published.map((key) =>
    key === newest || key.verifiesUntilMs !== null
      ? key
      : { ...key, verifiesUntilMs: lastSignedAtMs + TOKEN_LIFETIME_MS },
  );
}

/** The key to sign with: the newest that is published, due, and outlives the token. Null while there is none. */
export function signingKeyOf({ keys }: KeySet, published: readonly PublishedKey[], nowMs: number): PrivateKey | null {
  const isUsable = ({ kid }: PrivateKey): boolean => published.some((key) => key.kid === kid && maySign(key, nowMs));
  return keys.findLast(isUsable) ?? null;
}

/** Whether tokens signed with it are accepted. */
export const isGood = ({ verifiesUntilMs }: PublishedKey, nowMs: number): boolean =>
  verifiesUntilMs === null || verifiesUntilMs > nowMs;

const maySign = (key: PublishedKey, nowMs: number): boolean =>
  key.signsFromMs <= nowMs && isGood(key, nowMs + TOKEN_LIFETIME_MS);

const publicHalf = ({ kid, privateJwk: { kty, crv, x } }: PrivateKey): PublicKey => ({
  kid,
  publicJwk: { kty, crv, x },
});

/** `GET /.well-known/jwks.json` (RFC 7517). */
export const jwksOf = (published: readonly PublishedKey[], nowMs: number) => ({
  keys: published
    .filter((key) => isGood(key, nowMs))
    .map(({ kid, publicJwk }) => ({ ...publicJwk, kid, alg: 'EdDSA', use: 'sig' })),
});
