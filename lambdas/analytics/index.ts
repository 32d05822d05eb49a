import { analyticsDeps } from '../../adapters/deps.ts';
import { readEnv } from '../../adapters/env.ts';
import { http } from '../http.ts';
import { functionLogger } from '../logger.ts';
import { analyticsHandler } from './handler.ts';

export const handler = http(functionLogger('analytics'), analyticsHandler(analyticsDeps(readEnv('analytics'))));
