import { readEnv } from '../../adapters/env.ts';
import { reportFileDeps } from '../../adapters/reports-deps.ts';
import { reportFileHandler } from './handler.ts';

export const handler = reportFileHandler(reportFileDeps(readEnv('report-file')));
