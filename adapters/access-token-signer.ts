import { createPrivateKey } from 'node:crypto';
import type { AccessTokenSigner } from '../core/accounts/access-token.ts';
import { signAccessToken } from '../core/accounts/access-token.ts';
import type { PublishedKey } from '../core/accounts/published-keys.ts';
import { SIGNER_MEMORY_MS, signingKeyOf } from '../core/accounts/published-keys.ts';
import type { KeySet, PrivateKey } from '../core/accounts/signing-keys.ts';
import { Failure } from '../core/errors.ts';
import type { RandomBytes } from '../core/links/short-code.ts';

export type KeySources = {
  readonly readSet: () => Promise<KeySet>;
  readonly readPublished: () => Promise<readonly PublishedKey[]>;
};

type ReadKeys = { readonly set: KeySet; readonly published: readonly PublishedKey[]; readonly readAtMs: number };

/** Signs with the key that is due in what was read at most a minute ago. Throws SERVICE_UNAVAILABLE while there is none. */
export function accessTokenSigner(
  { readSet, readPublished }: KeySources,
  issuer: string,
  randomBytes: RandomBytes,
): AccessTokenSigner {
  let known: ReadKeys | null = null;

  const dueKey = async (nowMs: number): Promise<PrivateKey> => {
    if (known !== null && known.readAtMs + SIGNER_MEMORY_MS > nowMs) {
      const key = signingKeyOf(known.set, known.published, nowMs);
      if (key !== null) return key;
    }
    const [set, published] = await Promise.all([readSet(), readPublished()]);
    known = { set, published, readAtMs: nowMs };
    const key = signingKeyOf(set, published, nowMs);
    if (key === null) throw new Failure('SERVICE_UNAVAILABLE', {}, { cause: 'No signing key is due.' });
    return key;
  };

  return async (subject, nowMs) => {
    const { kid, privateJwk } = await dueKey(nowMs);
    const key = createPrivateKey({ key: { ...privateJwk }, format: 'jwk' });
    return signAccessToken({ kid, key }, issuer, subject, nowMs, randomBytes);
  };
}
