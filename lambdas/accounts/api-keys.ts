import { Failure } from '../../core/errors.ts';
import type { AccountsRoute } from './context.ts';

const nothingYet: AccountsRoute<object> = async () => {
  throw new Failure('NOT_FOUND');
};

export const listApiKeys: AccountsRoute<object> = nothingYet;
export const createApiKey: AccountsRoute<object> = nothingYet;
export const revokeAllApiKeys: AccountsRoute<object> = nothingYet;
export const revokeApiKey: AccountsRoute<object> = nothingYet;
