import { awsJsonClient } from '../../adapters/aws-json.ts';
import { readEnv } from '../../adapters/env.ts';
import { saltForgetting } from '../../adapters/salts.ts';
import { forgetSaltsHandler } from './handler.ts';

const env = readEnv('forget-salts');
export const handler = forgetSaltsHandler({
  forgetBefore: saltForgetting(awsJsonClient('dynamodb'), env.SALTS_TABLE),
  nowMs: Date.now,
});
