import { generateKeyPairSync } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import type { PublicKey, PublishedKey } from './published-keys.ts';
import { isGood } from './published-keys.ts';

/** RFC 8037: the private half of an Ed25519 key; the public half is part of it. */
export type PrivateJwk = PublicKey['publicJwk'] & { readonly d: string };

export type PrivateKey = { readonly kid: string; readonly privateJwk: PrivateJwk; readonly createdAtMs: number };

/** The secret: all keys tokens may be signed with, oldest first. When each may be used stands with its public half. */
export type KeySet = { readonly keys: readonly PrivateKey[] };

/** Named by its RFC 7638 thumbprint: equal names are equal keys. */
export async function newPrivateKey(nowMs: number): Promise<PrivateKey> {
  const { x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  if (x === undefined || d === undefined) throw new Error('An Ed25519 key came without its halves.');
  const publicJwk = { kty: 'OKP', crv: 'Ed25519', x } as const;
  return { kid: await calculateJwkThumbprint(publicJwk), privateJwk: { ...publicJwk, d }, createdAtMs: nowMs };
}

/** The set after a rotation: the new key, and those of the present ones that tokens are accepted of. */
export function withNewKey(
  { keys }: KeySet,
  key: PrivateKey,
  published: readonly PublishedKey[],
  nowMs: number,
): KeySet {
  const good = new Set(published.filter((known) => isGood(known, nowMs)).map(({ kid }) => kid));
  return { keys: [...keys.filter(({ kid }) => good.has(kid)), key] };
}
