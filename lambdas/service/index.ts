import { serviceDeps } from '../../adapters/deps.ts';
import { readEnv } from '../../adapters/env.ts';
import { http } from '../http.ts';
import { functionLogger } from '../logger.ts';
import { serviceHandler } from './handler.ts';

export const handler = http(functionLogger('service'), serviceHandler(serviceDeps(readEnv('service'))));
