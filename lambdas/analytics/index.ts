import { analyticsDeps } from '../../adapters/deps.ts';
import { readEnv } from '../../adapters/env.ts';
import { http } from '../http.ts';
import { functionLogger } from '../logger.ts';
import { analyticsHandler } from './handler.ts';

const logger = functionLogger('analytics');
const failed = (cause: unknown) => logger.warn('the lake did not answer', { error: String(cause) });

export const handler = http(logger, analyticsHandler({ ...analyticsDeps(readEnv('analytics')), failed }));
