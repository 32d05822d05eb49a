import { batchSettling } from '../../adapters/batch-settling.ts';
import { documentClient } from '../../adapters/dynamodb.ts';
import { readEnv } from '../../adapters/env.ts';
import { batchSweepHandler } from './handler.ts';

export const handler = batchSweepHandler(batchSettling(documentClient(), readEnv('batch-sweep')));
