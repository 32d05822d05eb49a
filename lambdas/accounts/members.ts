import { Failure } from '../../core/errors.ts';
import type { AccountsRoute } from './context.ts';

const nothingYet: AccountsRoute<object> = async () => {
  throw new Failure('NOT_FOUND');
};

export const listMembers: AccountsRoute<object> = nothingYet;
export const changeMember: AccountsRoute<object> = nothingYet;
export const removeMember: AccountsRoute<object> = nothingYet;
export const leaveWorkspace: AccountsRoute<object> = nothingYet;
export const transferWorkspace: AccountsRoute<object> = nothingYet;
