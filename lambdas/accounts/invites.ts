import { Failure } from '../../core/errors.ts';
import type { AccountsRoute } from './context.ts';

const nothingYet: AccountsRoute<object> = async () => {
  throw new Failure('NOT_FOUND');
};

export const createInvite: AccountsRoute<object> = nothingYet;
export const listInvites: AccountsRoute<object> = nothingYet;
export const revokeInvite: AccountsRoute<object> = nothingYet;
export const acceptInvite: AccountsRoute<object> = nothingYet;
