import { authDeps } from '../../adapters/auth-deps.ts';
import { readEnv } from '../../adapters/env.ts';
import { http } from '../http.ts';
import { functionLogger } from '../logger.ts';
import { authHandler } from './handler.ts';

export const handler = http(functionLogger('auth'), authHandler(authDeps(readEnv('auth'))));
