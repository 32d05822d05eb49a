import { readEnv } from '../../adapters/env.ts';
import { trackDeps } from '../../adapters/track-deps.ts';
import { http } from '../http.ts';
import { functionLogger } from '../logger.ts';
import { trackHandler } from './handler.ts';

export const handler = http(functionLogger('track'), trackHandler(trackDeps(readEnv('track'))));
