import { createPrivateKey, randomBytes } from 'node:crypto';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { decodeJwt } from 'jose';
import { signAccessToken } from '../../core/accounts/access-token.ts';
import type { KeySet, PrivateKey } from '../../core/accounts/signing-keys.ts';
import { REGION } from '../../local/cloud/account.ts';
import { ADMIN_ACCESS_KEY_ID } from '../../local/engines/iam.ts';
import type { Person } from './people.ts';
import type { Product } from './product.ts';

/** The key the product signs with, read past it as nobody's role allows. */
export async function signingKeyOf({ laptop }: Product): Promise<PrivateKey> {
  const auth = laptop.plan.functions.find(({ env }) => env['SIGNING_KEYS_SECRET'] !== undefined);
  const client = new SecretsManagerClient({
    endpoint: laptop.engines.secretsManager.url,
    region: REGION,
    credentials: { accessKeyId: ADMIN_ACCESS_KEY_ID, secretAccessKey: 'laptop' },
  });
  const { SecretString = '' } = await client.send(
    new GetSecretValueCommand({ SecretId: auth?.env['SIGNING_KEYS_SECRET'] }),
  );
  client.destroy();
  const key = (JSON.parse(SecretString) as KeySet).keys.at(-1);
  if (key === undefined) throw new Error('The product has no signing key.');
  return key;
}

/** A token of the person's session as the product would have signed it `agoMs` ago. */
export async function tokenSignedAgo(product: Product, person: Person, agoMs: number): Promise<string> {
  const { kid, privateJwk } = await signingKeyOf(product);
  const { iss = '', sub: userId = '', sid } = decodeJwt(person.token);
  const key = createPrivateKey({ key: privateJwk, format: 'jwk' });
  return signAccessToken({ kid, key }, iss, { userId, sessionId: String(sid) }, Date.now() - agoMs, randomBytes);
}

export const expiredTokenOf = (product: Product, person: Person): Promise<string> =>
  tokenSignedAgo(product, person, 3_600_000);
