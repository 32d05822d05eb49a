import { randomBytes } from 'node:crypto';
import type { SessionDeps } from '../core/accounts/open-session.ts';
import { accessTokenSigner } from './access-token-signer.ts';
import type { DocumentClient } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';
import { keySecret, secretsManagerClient } from './key-secret.ts';
import { publicKeyStore } from './public-keys.ts';
import { sessionStore } from './session-store.ts';

/** What opening and refreshing sessions stands on. */
export function sessionDeps(
  client: DocumentClient,
  env: Pick<FunctionEnv<'auth'>, 'ACCOUNTS_TABLE' | 'SIGNING_KEYS_SECRET' | 'TOKEN_ISSUER'>,
): SessionDeps {
  const secret = keySecret(secretsManagerClient(), env.SIGNING_KEYS_SECRET);
  const publicKeys = publicKeyStore(client, env.ACCOUNTS_TABLE);
  const sources = {
    readSet: () => secret.readCurrent(),
    readPublished: async () => (await publicKeys.read()).keys,
  };
  return {
    sessions: sessionStore(client, env.ACCOUNTS_TABLE),
    signAccessToken: accessTokenSigner(sources, env.TOKEN_ISSUER, randomBytes),
    randomBytes,
    nowMs: Date.now,
  };
}
