import { countsDeps } from '../../adapters/counts-deps.ts';
import { readEnv } from '../../adapters/env.ts';
import { clicksToCountsHandler } from './handler.ts';

export const handler = clicksToCountsHandler(countsDeps(readEnv('clicks-to-counts')));
