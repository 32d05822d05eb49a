import { Failure } from '../../core/errors.ts';
import type { AccountsRoute } from './context.ts';

const nothingYet: AccountsRoute<object> = async () => {
  throw new Failure('NOT_FOUND');
};

export const listSessions: AccountsRoute<object> = nothingYet;
export const endAllSessions: AccountsRoute<object> = nothingYet;
export const endSession: AccountsRoute<object> = nothingYet;
