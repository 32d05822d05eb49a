import { readEnv } from '../../adapters/env.ts';
import { logosDeps } from '../../adapters/logos-deps.ts';
import { http } from '../http.ts';
import { functionLogger } from '../logger.ts';
import { logosHandler } from './handler.ts';

export const handler = http(functionLogger('logos'), logosHandler(logosDeps(readEnv('logos'))));
