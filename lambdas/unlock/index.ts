import { unlockDeps } from '../../adapters/deps.ts';
import { readEnv } from '../../adapters/env.ts';
import { http } from '../http.ts';
import { functionLogger } from '../logger.ts';
import { unlockHandler } from './handler.ts';

const env = readEnv('unlock');
export const handler = http(
  functionLogger('unlock'),
  unlockHandler({ ...unlockDeps(env), originSecret: env.ORIGIN_SECRET }),
);
