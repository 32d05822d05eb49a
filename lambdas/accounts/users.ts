import { Failure } from '../../core/errors.ts';
import type { AccountsRoute } from './context.ts';

const nothingYet: AccountsRoute<object> = async () => {
  throw new Failure('NOT_FOUND');
};

export const listUsers: AccountsRoute<object> = nothingYet;
export const readUser: AccountsRoute<object> = nothingYet;
export const changeUser: AccountsRoute<object> = nothingYet;
