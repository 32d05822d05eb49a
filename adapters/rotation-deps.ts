import { randomBytes } from 'node:crypto';
import type { RotationDeps } from '../core/accounts/rotate-keys.ts';
import { documentClient } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';
import { keySecret, secretsManagerClient } from './key-secret.ts';
import { publicKeyStore } from './public-keys.ts';

/** What a rotation of the secret (its ARN) stands on: Secrets Manager names it in each event. */
export function rotationDeps(env: FunctionEnv<'rotate-keys'>): (secret: string) => RotationDeps {
  const client = secretsManagerClient();
  const publicKeys = publicKeyStore(documentClient(), env.ACCOUNTS_TABLE);
  return (secret) => ({
    secret: keySecret(client, secret),
    publicKeys,
    leadMs: Number(env.KEY_LEAD_S) * 1_000,
    randomBytes,
    nowMs: Date.now,
  });
}
