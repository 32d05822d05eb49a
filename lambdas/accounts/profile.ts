import * as z from 'zod/mini';
import type { ProfileDeps } from '../../core/accounts/profile.ts';
import { changeProfile as change, ownProfile } from '../../core/accounts/profile.ts';
import type { User } from '../../core/accounts/user.ts';
import type { MemberError } from '../../core/errors.ts';
import { Failure, validationFailed } from '../../core/errors.ts';
import { nameText, toUserAnswer } from '../auth/schemas.ts';
import { etagOf, expectedVersion } from '../etag.ts';
import { jsonAnswer, personOf } from '../http.ts';
import { jsonBody, parseMembers } from '../json-body.ts';
import type { HttpAnswer } from '../request.ts';
import type { AccountsRoute } from './context.ts';

export const profileBody = z.strictObject({ name: z.optional(nameText) });

export const readProfile: AccountsRoute<ProfileDeps> = async ({ deps, request }) =>
  profileAnswer(await ownProfile(deps, personOf(request).userId));

export const changeProfile: AccountsRoute<ProfileDeps> = async ({ deps, request }) => {
  const { name } = parseProfile(jsonBody(request));
  const { userId } = personOf(request);
  const changes = name === undefined ? {} : { name };
  return profileAnswer(await change(deps, { userId, expected: expectedVersion(request) }, changes));
};

const profileAnswer = (user: User): HttpAnswer => jsonAnswer(200, toUserAnswer(user), { etag: etagOf(user) });

/** Members of a profile that are changed elsewhere, by those who can show that they may. */
const CHANGED_ELSEWHERE: Readonly<Record<string, string>> = {
  email: 'An address is changed by POST /v1/auth/email/change, with the password.',
  password: 'A password is changed by POST /v1/auth/password/change, with the present one.',
  is_admin: 'Administrators are made by administrators: PUT /v1/users/{user_id}.',
  status: 'An account is suspended by administrators; it is deleted by DELETE /v1/users/me.',
};

function parseProfile(body: unknown): z.infer<typeof profileBody> {
  try {
    return parseMembers(profileBody, body);
  } catch (error) {
    const errors = error instanceof Failure ? error.details['errors'] : undefined;
    if (!Array.isArray(errors)) throw error;
    throw validationFailed((errors as readonly MemberError[]).map(tellWhere));
  }
}

const tellWhere = (error: MemberError): MemberError => ({
  ...error,
  message:
    error.code === 'unknown_member' && Object.hasOwn(CHANGED_ELSEWHERE, error.path)
      ? (CHANGED_ELSEWHERE[error.path] ?? error.message)
      : error.message,
});
