import { batchFinishDeps } from '../../adapters/batch-deps.ts';
import { readEnv } from '../../adapters/env.ts';
import { batchFinishHandler } from './handler.ts';

export const handler = batchFinishHandler(batchFinishDeps(readEnv('batch-finish')));
