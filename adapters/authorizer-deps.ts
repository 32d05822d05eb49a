import type { AuthenticateDeps } from '../core/accounts/authenticate.ts';
import { credentialStore } from './credential-store.ts';
import { documentClient } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';
import { publicKeyStore, verificationKeys } from './public-keys.ts';
import { rememberedCredentials } from './remembered-credentials.ts';

export function authorizerDeps(env: FunctionEnv<'authorizer'>): AuthenticateDeps {
  const client = documentClient();
  const nowMs = Date.now;
  const publicKeys = publicKeyStore(client, env.ACCOUNTS_TABLE);
  const findKey = verificationKeys(async () => (await publicKeys.read()).keys, nowMs);
  return {
    store: rememberedCredentials(credentialStore(client, env.ACCOUNTS_TABLE), nowMs),
    accessTokens: { issuer: env.TOKEN_ISSUER, findKey, nowMs },
    nowMs,
  };
}
