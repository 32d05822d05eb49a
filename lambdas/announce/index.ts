import { announceDeps } from '../../adapters/announce-deps.ts';
import { readEnv } from '../../adapters/env.ts';
import { announceHandler } from './handler.ts';

export const handler = announceHandler(announceDeps(readEnv('announce')));
