import { authorizerDeps } from '../../adapters/authorizer-deps.ts';
import { readEnv } from '../../adapters/env.ts';
import { authorizerHandler } from './handler.ts';

export const handler = authorizerHandler(authorizerDeps(readEnv('authorizer')));
