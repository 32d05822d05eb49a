import { Logger } from '@aws-lambda-powertools/logger';
import { readEnv } from '../../adapters/env.ts';
import { reconcileDeps } from '../../adapters/reconcile-deps.ts';
import { reconcileHandler } from './handler.ts';

// Unlike the others it has something to say when all is well: a metric is made of it.
const logger = new Logger({ serviceName: 'reconcile', logLevel: 'INFO' });
export const handler = reconcileHandler(reconcileDeps(readEnv('reconcile')), logger);
