import { Failure } from '../../core/errors.ts';
import type { AccountsRoute } from './context.ts';

const nothingYet: AccountsRoute<object> = async () => {
  throw new Failure('NOT_FOUND');
};

export const readPreferences: AccountsRoute<object> = nothingYet;
export const replacePreferences: AccountsRoute<object> = nothingYet;
