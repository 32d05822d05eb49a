import { authorizerDeps } from '../../adapters/deps.ts';
import { readEnv } from '../../adapters/env.ts';
import { authorizerHandler } from './handler.ts';

export const handler = authorizerHandler(authorizerDeps(readEnv('authorizer')));
