import { spoolDeps } from '../../adapters/deps.ts';
import { readEnv } from '../../adapters/env.ts';
import { spoolToStreamHandler } from './handler.ts';

export const handler = spoolToStreamHandler(spoolDeps(readEnv('spool-to-stream')));
