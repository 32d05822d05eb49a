import * as z from 'zod/mini';
import type { ListedUser, UserChange, UsersDeps } from '../../core/accounts/administer-users.ts';
import { changeUser as change, readUser as read } from '../../core/accounts/administer-users.ts';
import { normalEmail } from '../../core/accounts/email.ts';
import type { PlanName } from '../../core/accounts/plan.ts';
import { PLANS } from '../../core/accounts/plan.ts';
import { Failure, validationFailed } from '../../core/errors.ts';
import { couldBeId } from '../../core/sortable-id.ts';
import { nameText, toUserAnswer, userAnswer } from '../auth/schemas.ts';
import { etagOf, expectedVersion } from '../etag.ts';
import { jsonAnswer, personOf } from '../http.ts';
import { jsonBody, parseMembers } from '../json-body.ts';
import { readCursor, writeCursor } from '../list-cursor.ts';
import { limitOf, pageAnswer, pageMembers } from '../page-query.ts';
import type { HttpAnswer, HttpRequest } from '../request.ts';
import type { AccountsRoute } from './context.ts';

const plan = z.enum(Object.keys(PLANS) as [PlanName, ...PlanName[]]);

export const usersQuery = z.object({ ...pageMembers, email: z.optional(z.string()) });

/** Replaces these; a plan that is left out stays. */
export const userBody = z.strictObject({
  name: nameText,
  is_admin: z.boolean(),
  status: z.enum(['active', 'suspended']),
  plan: z.optional(plan),
});

/** A person as administrators see them: `plan` is the one of the personal workspace. */
export const listedUserAnswer = z.strictObject({ ...userAnswer.shape, plan });
export const usersAnswer = pageAnswer(listedUserAnswer);

export const listUsers: AccountsRoute<UsersDeps> = async ({ deps, request }) => {
  const query = parseMembers(usersQuery, request.query);
  if (query.email !== undefined)
    return jsonAnswer(200, { data: await withEmail(deps, query.email), next_cursor: null });
  const { userId } = personOf(request);
  const after = readCursor(query.cursor, userId, ['users'])?.after ?? null;
  const { items, cursor } = await deps.directory.list(limitOf(query), after);
  const next = cursor === null ? null : { list: 'users', after: cursor };
  return jsonAnswer(200, { data: items.map(toListedUserAnswer), next_cursor: writeCursor(next, userId) });
};

export const readUser: AccountsRoute<UsersDeps> = async ({ deps, request }) =>
  answer(await read(deps, userIdOf(request)));

export const changeUser: AccountsRoute<UsersDeps> = async ({ deps, request }) => {
  const body = parseMembers(userBody, jsonBody(request));
  const changes: UserChange = {
    name: body.name,
    isAdmin: body.is_admin,
    status: body.status,
    plan: body.plan ?? null,
  };
  return answer(await change(deps, userIdOf(request), changes, expectedVersion(request)));
};

async function withEmail({ directory }: UsersDeps, text: string) {
  const email = normalEmail(text);
  if (email === null)
    throw validationFailed([{ path: 'email', code: 'invalid_email', message: 'Must be an e-mail address.' }]);
  const found = await directory.findByEmail(email);
  return found === null || found.user.status === 'deleted' ? [] : [toListedUserAnswer(found)];
}

function userIdOf({ params }: HttpRequest): string {
  const userId = params['user_id'] ?? '';
  if (!couldBeId('usr', userId)) throw new Failure('USER_NOT_FOUND');
  return userId;
}

const toListedUserAnswer = (listed: ListedUser): z.infer<typeof listedUserAnswer> => ({
  ...toUserAnswer(listed.user),
  plan: listed.plan,
});

const answer = (listed: ListedUser): HttpAnswer =>
  jsonAnswer(200, toListedUserAnswer(listed), { etag: etagOf(listed.user) });
