import { statsDeps } from '../../adapters/deps.ts';
import { readEnv } from '../../adapters/env.ts';
import { http } from '../http.ts';
import { functionLogger } from '../logger.ts';
import { statsHandler } from './handler.ts';

export const handler = http(functionLogger('stats'), statsHandler(statsDeps(readEnv('stats'))));
