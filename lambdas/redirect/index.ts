import { readEnv } from '../../adapters/env.ts';
import { redirectDeps } from '../../adapters/redirect-deps.ts';
import { redirectHandler } from './handler.ts';

const env = readEnv('redirect');
export const handler = redirectHandler({ ...(await redirectDeps(env)), originSecret: env.ORIGIN_SECRET });
