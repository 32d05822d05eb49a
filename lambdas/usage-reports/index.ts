import { readEnv } from '../../adapters/env.ts';
import { usageReportsDeps } from '../../adapters/reports-deps.ts';
import { usageReportsHandler } from './handler.ts';

export const handler = usageReportsHandler(usageReportsDeps(readEnv('usage-reports')));
