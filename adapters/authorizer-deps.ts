import type { AuthenticateDeps } from '../core/accounts/authenticate.ts';
import { credentialStore } from './credential-store.ts';
import type { DocumentClient } from './dynamodb.ts';
import { documentClient } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';
import { publicKeyStore, verificationKeys } from './public-keys.ts';
import { rememberedCredentials } from './remembered-credentials.ts';

export const authorizerDeps = (env: FunctionEnv<'authorizer'>): AuthenticateDeps =>
  authenticateDeps(documentClient(), env);

/** Watching is one use of a key or a session, and the authorizer has written it down. */
const NOTING_NOTHING = { noteApiKeyUse: async () => undefined, noteSessionUse: async () => undefined };

/** To ask again and again who watches. */
export function watcherDeps(client: DocumentClient, env: FunctionEnv<'authorizer'>): AuthenticateDeps {
  const deps = authenticateDeps(client, env);
  return { ...deps, store: { ...deps.store, ...NOTING_NOTHING } };
}

/** What it takes to say who calls, for the authorizer and for answers that outlast its word. */
function authenticateDeps(client: DocumentClient, env: FunctionEnv<'authorizer'>): AuthenticateDeps {
  const nowMs = Date.now;
  const publicKeys = publicKeyStore(client, env.ACCOUNTS_TABLE);
  const findKey = verificationKeys(async () => (await publicKeys.read()).keys, nowMs);
  return {
    store: rememberedCredentials(credentialStore(client, env.ACCOUNTS_TABLE), nowMs),
    accessTokens: { issuer: env.TOKEN_ISSUER, findKey, nowMs },
    nowMs,
  };
}
