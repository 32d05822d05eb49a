import { readEnv } from '../../adapters/env.ts';
import { mailDeps } from '../../adapters/mail-deps.ts';
import { mailHandler } from './handler.ts';

export const handler = mailHandler(mailDeps(readEnv('mail')));
