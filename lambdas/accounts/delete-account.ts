import * as z from 'zod/mini';
import type { ClosingDeps } from '../../core/accounts/delete-account.ts';
import { deleteAccount as close } from '../../core/accounts/delete-account.ts';
import { expectedVersion } from '../etag.ts';
import { jsonAnswer, personOf } from '../http.ts';
import { clearedCookies, clearedDeviceCookie } from '../session-cookies.ts';
import type { AccountsRoute } from './context.ts';

export const deletionAnswer = z.strictObject({ status: z.literal('erasing') });

/** Nothing opens any more when this is answered; what is stored goes by and by. */
export const deleteAccount: AccountsRoute<ClosingDeps> = async ({ deps, request }) => {
  await close(deps, personOf(request).userId, expectedVersion(request));
  return { ...jsonAnswer(202, { status: 'erasing' }), cookies: [...clearedCookies(), clearedDeviceCookie()] };
};
