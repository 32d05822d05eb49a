import { Failure } from '../../core/errors.ts';
import type { AccountsRoute } from './context.ts';

const nothingYet: AccountsRoute<object> = async () => {
  throw new Failure('NOT_FOUND');
};

export const createWorkspace: AccountsRoute<object> = nothingYet;
export const listWorkspaces: AccountsRoute<object> = nothingYet;
export const readWorkspace: AccountsRoute<object> = nothingYet;
export const renameWorkspace: AccountsRoute<object> = nothingYet;
export const deleteWorkspace: AccountsRoute<object> = nothingYet;
