import { accountsDeps } from '../../adapters/accounts-deps.ts';
import { readEnv } from '../../adapters/env.ts';
import { http } from '../http.ts';
import { functionLogger } from '../logger.ts';
import { accountsHandler } from './handler.ts';

export const handler = http(functionLogger('accounts'), accountsHandler(accountsDeps(readEnv('accounts'))));
