import { readEnv } from '../../adapters/env.ts';
import { reportsDeps } from '../../adapters/reports-deps.ts';
import { http } from '../http.ts';
import { functionLogger } from '../logger.ts';
import { reportsHandler } from './handler.ts';

export const handler = http(functionLogger('reports'), reportsHandler(reportsDeps(readEnv('reports'))));
